/**
 * With whose client id, and by which clock, edits are made here. One session is enough for a replica, unless its clock ran
 * ahead: stamps must outrun all that their writer has seen (HLC-CAUSAL), so after an edit by a clock that is months ahead
 * every later one of the session would be stamped months ahead too, and refused by the server (SYN-GUARD-DRIFT).
 *
 *  SYN-CON-DRIFT  once the server's time is known, edits in shards that hold nothing from the future are made in a session
 *                 that has seen nothing from the future. Only where such edits stand, the next ones must outrun them
 */
import { type Clock, createHlcClock, type HlcClock, type Random, type ShardId, timeOf } from '@fieldfare/kernel';
import { latestIn } from './documents.ts';
import { nodeOfClient } from './rows/fold.ts';
import type { ShardDoc } from './rows/shard-doc.ts';

export interface Session {
  readonly clientId: number;
  readonly node: string;
  readonly hlc: HlcClock;
  /** Where its next struct of a stream stands, as far as it was ever written. */
  readonly written: Map<ShardId, number>;
}

export interface Sessions {
  /** The one that edits are usually made in. */
  current(): Session;
  /** One of ours by its client id. */
  of(clientId: number): Session | undefined;
  /** The one for an edit of these documents. */
  choose(docs: ReadonlyMap<ShardId, ShardDoc>): Session;
  /** A stamp that stands in the shard, or is about to. */
  learn(shard: ShardId, stamp: string): void;
  /** The clock is right from now on; `docs`: what is in memory. */
  clockIsKnown(docs: Iterable<ShardDoc>): void;
}

export function createSessions(options: {
  readonly clock: Clock;
  readonly random: Random;
  /** Stamps further ahead than this are refused by the server. */
  readonly maxDriftMs: number;
  readonly onBegin: (clientId: number) => void;
}): Sessions {
  const { clock, random, maxDriftMs, onBegin } = options;
  const all = new Map<number, Session>();
  /** Shards that may hold stamps from the future. */
  const ahead = new Set<ShardId>();
  let known = false;
  let session = begin();
  /** Outruns what is from the future. */
  let fast: Session | null = null;

  function begin(): Session {
    const clientId = newClientId(random.bytes(6));
    const node = nodeOfClient(clientId);
    // The guard judges drift; what stands in our own journal must always be outrun.
    const hlc = createHlcClock({ clock, node, maxDriftMs: Number.POSITIVE_INFINITY });
    const begun = { clientId, node, hlc, written: new Map<ShardId, number>() };
    all.set(clientId, begun);
    onBegin(clientId);
    return begun;
  }

  /** Outruns what was seen before there was anything from the future, too. */
  function beginFast(): Session {
    const begun = begin();
    begun.hlc.receive(session.hlc.next());
    return begun;
  }

  const isAhead = (stamp: string): boolean => known && timeOf(stamp) > clock.now() + maxDriftMs;

  function learn(shard: ShardId, stamp: string): void {
    if (isAhead(stamp)) {
      ahead.add(shard);
      fast ??= beginFast();
    } else session.hlc.receive(stamp);
    fast?.hlc.receive(stamp);
  }

  return {
    current: () => session,
    of: (clientId) => all.get(clientId),
    choose(docs) {
      let found = false;
      for (const [shard, doc] of docs) {
        if (!ahead.delete(shard)) continue;
        const latest = latestIn(doc);
        if (latest !== null) learn(shard, latest);
        found ||= ahead.has(shard);
      }
      if (!found || fast === null) return session;
      for (const shard of docs.keys()) ahead.add(shard);
      return fast;
    },
    learn,
    clockIsKnown(docs) {
      known = true;
      if (!isAhead(session.hlc.next())) return;
      fast = session;
      session = begin();
      for (const doc of docs) {
        const latest = latestIn(doc);
        if (latest !== null) learn(doc.shard, latest);
      }
    },
  };
}

/**
 * 1 to 2⁴¹−1. Two sessions must never share an id: the second could write nothing (SYN-GUARD-OWNER). With 100,000
 * sessions known, that befalls one new session in 22 million; 41 bits are the most that 8 digits of a stamp hold.
 */
export function newClientId(bytes: Uint8Array): number {
  const [a = 0, ...rest] = bytes;
  return rest.reduce((id, byte) => id * 256 + byte, a & 1) || 1;
}
