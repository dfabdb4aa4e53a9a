/**
 * What really happened, kept outside the replicas: every write that reached a journal, with what its writer held at
 * that moment and what became of it. The oracle (oracle.ts) says from this alone what every replica must show.
 */
import { type Hlc, type JsonValue, nodeOf, type ShardId } from '@fieldfare/kernel';
import * as Y from 'yjs';
import { FIRST_EPOCH, placeOfStream } from '../../src/epochs.ts';
import type { Journal, JournalRecord, Replica, RowEntry } from '../../src/types.ts';

/** Keys are told apart by themselves: no two tables of a model share one. */
export interface WrittenRow {
  readonly key: string;
  /** The fields this write set. */
  readonly set: Readonly<Record<string, JsonValue>>;
}

/** Whoever has this client's structs up to this clock has the write: its own, or that of the epoch's first update with all in it. */
export interface End {
  readonly client: number;
  readonly clock: number;
}

/** One commit's part in one shard. */
export interface Write {
  readonly machine: string;
  readonly shard: ShardId;
  readonly client: number;
  /** Where it was written. */
  readonly epoch: number;
  readonly start: number;
  readonly end: number;
  /** Epoch → where it ends there. */
  readonly ends: Map<number, End>;
  readonly stamp: Hlc;
  readonly by: string;
  readonly rows: readonly WrittenRow[];
  /** What the writer held of the shard. */
  readonly saw: Held;
  /** Parts of one commit have the same number. */
  readonly commit: number;
  /** `open`: the machine died before it knew. */
  outcome: 'open' | 'stored' | 'failed';
  /** The only disk that held it was damaged: it may be gone. */
  excused: boolean;
}

export type Clocks = ReadonlyMap<number, number>;

/** What somebody has of a shard. */
export interface Held {
  readonly epoch: number;
  readonly clocks: Clocks;
}

export function holds({ epoch, clocks }: Held, { ends }: Pick<Write, 'ends'>): boolean {
  const end = ends.get(epoch);
  return end !== undefined && (clocks.get(end.client) ?? 0) >= end.clock;
}

/** An epoch began with it. */
const isFounding = ({ client, ends }: Write, epoch: number): boolean => {
  const end = ends.get(epoch);
  return end !== undefined && end.client !== client;
};

export const sawWrite = (later: Write, earlier: Write): boolean =>
  later !== earlier && later.shard === earlier.shard && holds(later.saw, earlier);

export interface History {
  readonly writes: readonly Write[];
  /** Laws broken while it happened. */
  readonly broken: string[];
  /** The journal as the replica sees it, with a note taken of every local write. */
  tap(journal: Journal, machine: string, replica: () => Replica | null): Journal;
}

const heldBy = (replica: Replica, shard: ShardId): Held => ({
  epoch: replica.epochOf(shard),
  clocks: Y.decodeStateVector(replica.stateVector(shard)),
});

/** Reads what one local update writes. `stamps`: of each row. */
function readWrite(
  update: Uint8Array,
): Pick<Write, 'client' | 'start' | 'end' | 'stamp' | 'by' | 'rows'> & { readonly stamps: readonly Hlc[] } {
  const { structs } = Y.decodeUpdate(update);
  const [first] = structs;
  const last = structs.at(-1);
  if (!(first instanceof Y.Item) || last === undefined) throw new Error('a local update without entries');
  const { client } = first.id;
  const node = client.toString(36);
  const rows: WrittenRow[] = [];
  const stamps: Hlc[] = [];
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
      stamps.push(stamp);
    }
  }
  return { client, start: first.id.clock, end: last.id.clock + last.length, stamp, by, rows, stamps };
}

export function createHistory(): History {
  const writes: Write[] = [];
  const broken: string[] = [];
  const begun = new Set<ShardId>();
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

  /** An epoch begins with all that the server holds. */
  function noteEpoch({ kind, shard: stream, bytes }: JournalRecord, server: Replica | null): void {
    const { shard, epoch } = placeOfStream(stream);
    if (kind !== 'remote' || epoch === FIRST_EPOCH || server === null || begun.has(stream)) return;
    begun.add(stream);
    const held = heldBy(server, shard);
    const [[client, clock] = [0, 0]] = Y.parseUpdateMeta(bytes).to;
    for (const write of writes)
      if (write.shard === shard && holds(held, write)) write.ends.set(epoch, { client, clock });
  }

  /** What the server takes back of an epoch that it lost is the same write, in the hands of a session of the server's. */
  function noteTakenBack({ kind, shard: stream, bytes }: JournalRecord): void {
    const { shard, epoch } = placeOfStream(stream);
    if (kind !== 'remote' || epoch === FIRST_EPOCH) return;
    for (const struct of Y.decodeUpdate(bytes).structs) {
      const { client, clock } = struct.id;
      if (!(struct instanceof Y.Item) || !(struct.content instanceof Y.ContentAny)) continue;
      for (const [i, entry] of (struct.content.arr as RowEntry[]).entries()) {
        // whoever wrote it had seen nothing later: HLC-CAUSAL
        const [[node, moment] = ['', '']] = Object.entries(entry.c).sort(([, a], [, b]) => (a < b ? 1 : -1));
        for (const write of writes) {
          if (write.shard !== shard || write.stamp !== `${moment}-${node}` || write.client === client) continue;
          const known = write.ends.get(epoch);
          const isOther = known !== undefined && known.client !== client;
          if (isOther || !write.rows.some(({ key }) => key === entry.k)) continue;
          write.ends.set(epoch, { client, clock: clock + i + 1 });
        }
      }
    }
  }

  /** What is carried over into another epoch is the same write. */
  function isCarried(
    shard: ShardId,
    epoch: number,
    { client, end, rows, stamps }: ReturnType<typeof readWrite>,
  ): boolean {
    const same = rows.map(({ key }, i) =>
      writes.find(
        (write) =>
          write.client === client &&
          write.shard === shard &&
          write.epoch !== epoch &&
          write.stamp === stamps[i] &&
          write.rows.some((row) => row.key === key),
      ),
    );
    for (const write of same) if (write && !isFounding(write, epoch)) write.ends.set(epoch, { client, clock: end });
    return same.every((write) => write !== undefined);
  }

  return {
    writes,
    broken,
    tap: (journal, machine, replica) => ({
      ...journal,
      async append(records) {
        const own: Write[] = [];
        commits += 1;
        for (const record of records) {
          if (machine === 'server') {
            noteEpoch(record, replica());
          }
          const { kind, bytes } = record;
          if (kind !== 'local') continue;
          const { shard, epoch } = placeOfStream(record.shard);
          const at = replica();
          if (at === null) throw new Error('a write before the replica was there');
          const read = readWrite(bytes);
          const known = writes.some(
            (write) =>
              write.client === read.client &&
              write.shard === shard &&
              write.epoch === epoch &&
              write.start === read.start &&
              write.stamp === read.stamp,
          );
          if (known) continue; // compaction writes what is pending once more
          if (isCarried(shard, epoch, read)) continue;
          const { stamps: _stamps, ...written } = read;
          const write: Write = {
            ...written,
            machine,
            shard,
            epoch,
            ends: new Map([[epoch, { client: read.client, clock: read.end }]]),
            saw: heldBy(at, shard),
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
        if (machine === 'server' && result.ok) for (const record of records) noteTakenBack(record);
        return result;
      },
    }),
  };
}
