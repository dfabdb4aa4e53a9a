/**
 * What really happened, kept outside the replicas: every write that reached a journal, with what its writer held at
 * that moment and what became of it. The oracle (oracle.ts) says from this alone what every replica must show.
 */
import { type Hlc, type JsonValue, nodeOf, type ShardId } from '@fieldfare/kernel';
import * as Y from 'yjs';
import type { Journal, Replica, RowEntry } from '../../src/types.ts';

/** Keys are told apart by themselves: no two tables of a model share one. */
export interface WrittenRow {
  readonly key: string;
  /** The fields this write set. */
  readonly set: Readonly<Record<string, JsonValue>>;
}

/** One commit's part in one shard. */
export interface Write {
  readonly machine: string;
  readonly shard: ShardId;
  readonly client: number;
  readonly start: number;
  readonly end: number;
  readonly stamp: Hlc;
  readonly by: string;
  readonly rows: readonly WrittenRow[];
  /** State vector of the shard when it was written. */
  readonly saw: ReadonlyMap<number, number>;
  /** Parts of one commit have the same number. */
  readonly commit: number;
  /** `open`: the machine died before it knew. */
  outcome: 'open' | 'stored' | 'failed';
  /** The only disk that held it was damaged: it may be gone. */
  excused: boolean;
}

export type Clocks = ReadonlyMap<number, number>;

export const holds = (clocks: Clocks, { client, end }: Pick<Write, 'client' | 'end'>): boolean =>
  (clocks.get(client) ?? 0) >= end;

export const sawWrite = (later: Write, earlier: Write): boolean =>
  later !== earlier && later.shard === earlier.shard && holds(later.saw, earlier);

export interface History {
  readonly writes: readonly Write[];
  /** Laws broken while it happened. */
  readonly broken: string[];
  /** The journal as the replica sees it, with a note taken of every local write. */
  tap(journal: Journal, machine: string, replica: () => Replica | null): Journal;
}

/** Reads what one local update writes. */
function readWrite(update: Uint8Array): Pick<Write, 'client' | 'start' | 'end' | 'stamp' | 'by' | 'rows'> {
  const { structs } = Y.decodeUpdate(update);
  const [first] = structs;
  const last = structs.at(-1);
  if (!(first instanceof Y.Item) || last === undefined) throw new Error('a local update without entries');
  const { client } = first.id;
  const node = client.toString(36);
  const rows: WrittenRow[] = [];
  let stamp = '';
  let by = '';
  for (const struct of structs) {
    if (!(struct instanceof Y.Item) || !(struct.content instanceof Y.ContentAny)) continue;
    for (const entry of struct.content.arr as RowEntry[]) {
      stamp = `${entry.c[node]}-${node}`;
      by = entry.by;
      const own = Object.keys(entry.f).filter((field) => entry.s[field] === stamp);
      const set = Object.fromEntries(own.map((field) => [field, entry.f[field] as JsonValue]));
      rows.push({ key: entry.k, set });
    }
  }
  return { client, start: first.id.clock, end: last.id.clock + last.length, stamp, by, rows };
}

export function createHistory(): History {
  const writes: Write[] = [];
  const broken: string[] = [];
  let commits = 0;

  /** HLC-CAUSAL: a write is stamped later than everything its writer had seen, whatever the clocks say. */
  function checkStamp(write: Write): void {
    for (const earlier of writes) {
      if (earlier.outcome !== 'stored' || earlier.stamp < write.stamp || !sawWrite(write, earlier)) continue;
      broken.push(
        `HLC-CAUSAL ${write.machine} stamped ${write.stamp}, having seen ${earlier.stamp} (node ${nodeOf(earlier.stamp)})`,
      );
    }
  }

  return {
    writes,
    broken,
    tap: (journal, machine, replica) => ({
      ...journal,
      async append(records) {
        const own: Write[] = [];
        commits += 1;
        for (const { kind, shard, bytes } of records) {
          if (kind !== 'local') continue;
          const at = replica();
          if (at === null) throw new Error('a write before the replica was there');
          const read = readWrite(bytes);
          const known = writes.some(
            (write) =>
              write.client === read.client &&
              write.shard === shard &&
              write.start === read.start &&
              write.stamp === read.stamp,
          );
          if (known) continue; // compaction writes what is pending once more
          const saw = Y.decodeStateVector(at.stateVector(shard));
          const write: Write = {
            ...read,
            machine,
            shard,
            saw,
            commit: commits,
            outcome: 'open',
            excused: false,
          };
          checkStamp(write);
          own.push(write);
          writes.push(write);
        }
        const result = await journal.append(records);
        for (const write of own) write.outcome = result.ok ? 'stored' : 'failed';
        return result;
      },
    }),
  };
}
