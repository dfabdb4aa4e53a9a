/** Who asks for a shard over HTTP, and whether they may read it now: judged at every request. */
import {
  fail,
  ok,
  type Principal,
  parseShard,
  problem,
  type Result,
  type ShardId,
  shardAccess,
} from '@fieldfare/kernel';
import { placeOfStream } from '@fieldfare/sync';
import type { Sessions } from '../accounts/sessions.ts';
import { bearerOf } from './bearer.ts';

export async function readerOf(
  sessions: Pick<Sessions, 'authenticate'>,
  authorization: string | undefined,
  stream: ShardId,
  rule: string,
): Promise<Result<Principal>> {
  const token = bearerOf({ authorization });
  const caller = token.ok ? await sessions.authenticate(token.value) : token;
  if (!caller.ok) return caller;
  const { principal } = caller.value;
  const shard = parseShard(placeOfStream(stream).shard);
  if (!shard.ok) return shard;
  return shardAccess(principal, principal.tenantId, shard.value) === 'none'
    ? fail(problem('forbidden', 'you have no access to this', { rule }))
    : ok(principal);
}
