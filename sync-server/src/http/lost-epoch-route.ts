/**
 * `POST /lost-epoch/<stream>`: what this server lost of an epoch when it was restored, from a laptop that still holds it with
 * the server's own receipts (`SYN-EPOCH-RETURN`), gzip. Who may read the shard may give it back: nothing in it is theirs to say.
 *
 *  SRV-LOST-ACCESS  the token's user reads this shard now, of its own organisation; nothing is loaded before that
 */
import { setImmediate } from 'node:timers/promises';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { fail, problem } from '@fieldfare/kernel';
import {
  decodeLost,
  LOST_EPOCH_PATH,
  LOST_EPOCH_TYPE,
  MAX_LOST_BYTES,
  placeOfStream,
  takeBackLost,
} from '@fieldfare/sync';
import type { FastifyInstance } from 'fastify';
import type { Sessions } from '../accounts/sessions.ts';
import type { Tenants } from '../tenants.ts';
import { sendProblems } from './problems.ts';
import { readerOf } from './shard-reader.ts';

const unpack = promisify(gunzip);

export function registerLostEpochs(
  app: FastifyInstance,
  parts: { readonly sessions: Pick<Sessions, 'authenticate'>; readonly tenants: Tenants },
): void {
  const { sessions, tenants } = parts;

  async function takeBack(authorization: string | undefined, stream: string, body: Buffer) {
    const reader = await readerOf(sessions, authorization, stream, 'SRV-LOST-ACCESS');
    if (!reader.ok) return reader;
    const bytes = await unpack(body, { maxOutputLength: MAX_LOST_BYTES }).catch(() => null);
    if (bytes === null)
      return fail(problem('invalid', 'the body is no gzip, or too much', { rule: 'SYN-EPOCH-RETURN' }));
    const updates = decodeLost(bytes);
    if (!updates.ok) return updates;
    const { tenantId, userId, deviceId } = reader.value;
    const tenant = await tenants.open(tenantId);
    if (!tenant.ok) return tenant;
    const { replica, receipts } = tenant.value;
    const giver = { subject: userId, device: deviceId };
    const loaded = await replica.load([placeOfStream(stream).shard]);
    return loaded.ok ? takeBackLost(replica, receipts, giver, stream, updates.value, setImmediate) : loaded;
  }

  void app.register(async (scope) => {
    scope.addContentTypeParser(LOST_EPOCH_TYPE, { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
    scope.post<{ Params: { '*': string }; Body: Buffer }>(
      `${LOST_EPOCH_PATH}*`,
      { bodyLimit: MAX_LOST_BYTES },
      async (request, reply) => {
        const taken = await takeBack(request.headers.authorization, request.params['*'], request.body);
        return taken.ok ? { entries: taken.value } : sendProblems(reply, taken.problems);
      },
    );
  });
}
