/**
 * `GET /snapshot/<stream>`, a shard in its present epoch: what `@fieldfare/sync` fetches in pieces before the socket brings the rest. Who may read the shard
 * over the socket may read it here, judged at every request.
 *
 *  SRV-SNAP-ACCESS  the token's user reads this shard now, of its own organisation; nothing is loaded or made before that
 *  SRV-SNAP-RANGE   `Range` and `If-Match` as RFC 9110 has them, one range; every answer tells its own digest
 */
import { type Clock, ok, type ShardId } from '@fieldfare/kernel';
import { digestOf, SNAPSHOT_PATH } from '@fieldfare/sync';
import type { FastifyInstance, FastifyReply } from 'fastify';
import type { Sessions } from '../accounts/sessions.ts';
import { createSnapshots, type Snapshot } from '../snapshots.ts';
import type { Tenants } from '../tenants.ts';
import { sendProblems } from './problems.ts';
import { readerOf } from './shard-reader.ts';

const TYPE = 'application/vnd.fieldfare.snapshot';

export function registerSnapshots(
  app: FastifyInstance,
  parts: { readonly sessions: Pick<Sessions, 'authenticate'>; readonly tenants: Tenants; readonly clock: Clock },
): void {
  const { sessions, tenants, clock } = parts;
  const snapshots = createSnapshots({ clock });

  async function find(authorization: string | undefined, stream: ShardId, etag: string | undefined) {
    const reader = await readerOf(sessions, authorization, stream, 'SRV-SNAP-ACCESS');
    if (!reader.ok) return reader;
    const { tenantId } = reader.value;
    if (etag !== undefined) return ok(snapshots.find(tenantId, stream, etag));
    const tenant = await tenants.open(tenantId);
    return tenant.ok ? snapshots.fresh(tenant.value, stream) : tenant;
  }

  app.get<{ Params: { '*': string } }>(`${SNAPSHOT_PATH}*`, async (request, reply) => {
    const { authorization, range, 'if-match': etag } = request.headers;
    const found = await find(authorization, request.params['*'], etag);
    if (!found.ok) return sendProblems(reply, found.problems);
    reply.header('cache-control', 'no-store').header('accept-ranges', 'bytes');
    return found.value === null ? reply.code(412).send() : sendRange(reply, found.value, range);
  });
}

function sendRange(reply: FastifyReply, { etag, bytes }: Snapshot, range: string | undefined): FastifyReply {
  reply.header('etag', etag).type(TYPE);
  const [, first, last] = /^bytes=(\d{1,15})-(\d{0,15})$/.exec(range ?? '') ?? [];
  if (first === undefined) return reply.header('content-digest', digestOf(bytes)).send(bytes);
  const from = Number(first);
  const to = Math.min(last === '' ? Number.POSITIVE_INFINITY : Number(last), bytes.length - 1);
  if (from > to) return reply.code(416).header('content-range', `bytes */${bytes.length}`).send();
  const part = bytes.subarray(from, to + 1);
  return reply
    .code(206)
    .header('content-range', `bytes ${from}-${to}/${bytes.length}`)
    .header('content-digest', digestOf(part))
    .send(part);
}
