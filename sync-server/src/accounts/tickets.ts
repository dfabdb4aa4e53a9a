/**
 * Single-use tickets for the socket: an access token buys one over HTTP, and the socket shows the ticket, so that no
 * token that works twice ever travels in a frame. In memory only: after a restart the client buys another. A ticket names
 * its tenant, so that a process that does not serve it knows where to send the client.
 *
 *  AUTH-TICKET  a ticket opens one socket, once, within `TICKET_MS`, for the session that bought it, judged as that
 *               session is at that moment
 */
import { createHash } from 'node:crypto';
import { type Clock, fail, ok, problem, type Random, type Result } from '@fieldfare/kernel';
import type { Sessions, SignedIn } from './sessions.ts';

const TICKET_MS = 30_000;
const MAX_PER_SESSION = 8;
const PREFIX = 'ticket.';
const TICKET = /^ticket\.([0-9a-f-]{36})\./;

export interface Tickets {
  issue(accessToken: string): Promise<Result<{ readonly ticket: string; readonly expiresInMs: number }>>;
  /** Whether a hello shows a ticket rather than an access token. */
  isTicket(text: string): boolean;
  redeem(ticket: string): Result<SignedIn>;
  /** As far as the ticket says; null when it is none. */
  tenantOf(ticket: string): string | null;
}

interface Issued {
  readonly caller: SignedIn;
  readonly expiresAt: number;
}

const hashOf = (ticket: string): string => createHash('sha256').update(ticket).digest('base64url');

export function createTickets(options: {
  readonly sessions: Pick<Sessions, 'authenticate' | 'current'>;
  readonly clock: Clock;
  readonly random: Random;
}): Tickets {
  const { sessions, clock, random } = options;
  /** By hash, oldest first: looking one up leaks nothing about the others. */
  const issued = new Map<string, Issued>();

  function sweep(sessionId: string): void {
    const now = clock.now();
    const own: string[] = [];
    for (const [hash, { caller, expiresAt }] of issued) {
      if (expiresAt <= now) issued.delete(hash);
      else if (caller.sessionId === sessionId) own.push(hash);
    }
    for (const hash of own.slice(0, Math.max(0, own.length - MAX_PER_SESSION + 1))) issued.delete(hash);
  }

  return {
    async issue(accessToken) {
      const caller = await sessions.authenticate(accessToken);
      if (!caller.ok) return caller;
      sweep(caller.value.sessionId);
      const { tenantId } = caller.value.principal;
      const ticket = `${PREFIX}${tenantId}.${Buffer.from(random.bytes(32)).toString('base64url')}`;
      issued.set(hashOf(ticket), { caller: caller.value, expiresAt: clock.now() + TICKET_MS });
      return ok({ ticket, expiresInMs: TICKET_MS });
    },
    isTicket: (text) => text.startsWith(PREFIX),
    tenantOf: (ticket) => TICKET.exec(ticket)?.[1] ?? null,
    redeem(ticket) {
      const hash = hashOf(ticket);
      const found = issued.get(hash);
      issued.delete(hash);
      if (!found || found.expiresAt <= clock.now()) {
        return fail(problem('unauthenticated', 'this ticket was used or is too old', { rule: 'AUTH-TICKET' }));
      }
      return sessions.current(found.caller.sessionId);
    },
  };
}
