/**
 * Which local commits the peer does not hold durably yet. A commit may touch several shards; it is pending until
 * every part of it is covered by an acknowledged state vector.
 */
import { isHlc, nodeOf, type ShardId } from '@fieldfare/kernel';
import * as Y from 'yjs';
import { momentOf, nodeOfClient } from './rows/fold.ts';
import { isPlainObject } from './rows/json.ts';

interface Part {
  readonly commit: string;
  readonly client: number;
  /** The clock behind its last struct. */
  readonly end: number;
}

export interface Outbox {
  /** A part of the commit that carries `stamp`. */
  add(shard: ShardId, stamp: string, client: number, end: number): void;
  /** Takes off what the peer holds. True when something left. */
  acknowledge(shard: ShardId, held: ReadonlyMap<number, number>): boolean;
  hasShard(shard: ShardId): boolean;
  count(): number;
  shards(): readonly ShardId[];
}

export function createOutbox(): Outbox {
  const parts = new Map<ShardId, Part[]>();
  const open = new Map<string, number>(); // commit → parts left
  return {
    add(shard, stamp, client, end) {
      const list = parts.get(shard);
      const part = { commit: stamp, client, end };
      if (list === undefined) parts.set(shard, [part]);
      else if (list.some((known) => known.client === client && known.end === end)) return;
      else list.push(part);
      open.set(stamp, (open.get(stamp) ?? 0) + 1);
    },
    acknowledge(shard, held) {
      const list = parts.get(shard);
      if (list === undefined) return false;
      const left: Part[] = [];
      for (const part of list) {
        if (part.end > (held.get(part.client) ?? 0)) {
          left.push(part);
          continue;
        }
        const rest = (open.get(part.commit) ?? 1) - 1;
        if (rest === 0) open.delete(part.commit);
        else open.set(part.commit, rest);
      }
      if (left.length === list.length) return false;
      if (left.length === 0) parts.delete(shard);
      else parts.set(shard, left);
      return true;
    },
    hasShard: (shard) => parts.has(shard),
    count: () => open.size,
    shards: () => [...parts.keys()],
  };
}

/**
 * Client, end clock and commit stamp of a journalled local update: all its entries share the stamp of their writer's
 * newest moment. Null when it cannot be read, which only a foreign journal can bring about.
 */
export function readLocalUpdate(update: Uint8Array): { client: number; end: number; stamp: string } | null {
  try {
    const { structs } = Y.decodeUpdate(update);
    const [first] = structs;
    const last = structs.at(-1);
    if (first === undefined || last === undefined || !(first instanceof Y.Item)) return null;
    const node = nodeOfClient(first.id.client);
    const entry: unknown = first.content instanceof Y.ContentAny ? first.content.arr[0] : null;
    const context = isPlainObject(entry) && isPlainObject(entry.c) ? entry.c[node] : undefined;
    const stamp = `${String(context)}-${node}`;
    if (!isHlc(stamp) || nodeOf(stamp) !== node || momentOf(stamp) !== context) return null;
    return { client: first.id.client, end: last.id.clock + last.length, stamp };
  } catch {
    return null;
  }
}
