/**
 * Account commands for a tenant that another process serves, sent there over HTTP and signed with a key that only processes
 * with the root key have.
 *
 *  SRV-ERRAND  requests (carry.ts) and commands are carried once; what arrives where the tenant is not served either is
 *              turned down
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { type Clock, fail, problem, type Result } from '@fieldfare/kernel';
import { z } from 'zod';
import type { AdminRow } from '../admin.ts';

export const ERRAND_PATH = '/cluster/admin';
const SIGNATURE = 'x-fieldfare-signature';
/** How long a signed command may be under way, clocks' differences included. */
const FRESH_MS = 60_000;
const ANSWER_MS = 30_000;
const errand = z.object({ at: z.number(), command: z.unknown() });

export interface Errands {
  /** Runs the command where `url` answers. */
  send(url: string, command: unknown): Promise<Result<readonly AdminRow[]>>;
  /** The command in a body that such a process sent, null when it is from somebody else or too old. */
  read(body: string, signature: unknown): { readonly command: unknown } | null;
}

const unreachable = (): Result<never> =>
  fail(problem('offline', 'the server that looks after this organisation does not answer', { rule: 'SRV-ERRAND' }));

export function createErrands(key: Uint8Array, clock: Clock): Errands {
  const sign = (body: string): Buffer => createHmac('sha256', key).update(body).digest();
  return {
    async send(url, command) {
      const body = JSON.stringify({ at: clock.now(), command });
      try {
        const answer = await fetch(`${url}${ERRAND_PATH}`, {
          method: 'POST',
          headers: { 'content-type': 'text/plain', [SIGNATURE]: sign(body).toString('base64url') },
          body,
          signal: AbortSignal.timeout(ANSWER_MS),
        });
        return answer.ok ? ((await answer.json()) as Result<readonly AdminRow[]>) : unreachable();
      } catch {
        return unreachable();
      }
    },
    read(body, signature) {
      const given = Buffer.from(typeof signature === 'string' ? signature : '', 'base64url');
      const wanted = sign(body);
      if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) return null;
      const parsed = errand.safeParse(JSON.parse(body));
      if (!parsed.success || Math.abs(clock.now() - parsed.data.at) > FRESH_MS) return null;
      return { command: parsed.data.command };
    },
  };
}

export const signatureOf = (headers: IncomingMessage['headers']): unknown => headers[SIGNATURE];
