/**
 * Which local commits the peer does not hold durably yet. A commit may touch several shards; it is pending until
 * every part of it is covered by an acknowledged state vector.
 */
import { isHlc, nodeOf, type ShardId } from '@fieldfare/kernel';
import * as decoding from 'lib0/decoding';
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
  /** Commits with a part in this shard that the peer does not hold. */
  countOf(shard: ShardId): number;
  count(): number;
  shards(): readonly ShardId[];
}

export function createOutbox(): Outbox {
  const parts = new Map<ShardId, Part[]>();
  const open = new Map<string, number>(); // commit → parts left
  const places = new Set<string>(); // of every part: a shard may be read from the journal more than once
  const placeOf = (shard: ShardId, { client, end }: Pick<Part, 'client' | 'end'>): string =>
    `${shard} ${client} ${end}`;
  return {
    add(shard, stamp, client, end) {
      const part = { commit: stamp, client, end };
      if (places.has(placeOf(shard, part))) return;
      places.add(placeOf(shard, part));
      const list = parts.get(shard);
      if (list === undefined) parts.set(shard, [part]);
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
        places.delete(placeOf(shard, part));
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
    countOf: (shard) => parts.get(shard)?.length ?? 0,
    count: () => open.size,
    shards: () => [...parts.keys()],
  };
}

/** The head of a journalled local update. Null when it cannot be read, which only a foreign journal can bring about. */
function headOf(update: Uint8Array): { readonly client: number; readonly clock: number } | null {
  try {
    const decoder = decoding.createDecoder(update);
    decoding.readVarUint(decoder); // number of clients: one
    decoding.readVarUint(decoder); // number of structs
    return { client: decoding.readVarUint(decoder), clock: decoding.readVarUint(decoder) };
  } catch {
    return null;
  }
}

/** The session that wrote a journalled local update. */
export const clientOf = (update: Uint8Array): number | null => headOf(update)?.client ?? null;

/** Whether the holder of these clocks has it. Updates travel whole, so whoever holds its first struct holds it all. */
export function isHeld(update: Uint8Array, held: ReadonlyMap<number, number>): boolean {
  const head = headOf(update);
  return head !== null && (held.get(head.client) ?? 0) > head.clock;
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
