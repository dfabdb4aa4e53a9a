/** A journal in memory that can fail, for tests of what stands above it. */
import { fail, ok, problem } from '@fieldfare/kernel';
import type { Journal, JournalRecord, RecordKind, StoredRecord } from '../src/types.ts';

export interface MemoryJournal extends Journal {
  /** What is on "stable storage"; survives a crash. */
  readonly stored: StoredRecord[];
  /** The next append fails; `kept`: its records are on the disk all the same. */
  failNext(how?: { readonly kept?: boolean }): void;
  /** Holds appends back until `release`; they are not durable meanwhile. */
  hold(): void;
  release(): void;
  readonly appends: number;
  readonly reads: number;
}

export function createMemoryJournal(
  stored: StoredRecord[] = [],
  options: { readonly heads?: boolean } = {},
): MemoryJournal {
  let failing: { readonly kept?: boolean } | null = null;
  let gate: Promise<void> | null = null;
  let open: () => void = () => undefined;
  let appends = 0;
  let reads = 0;
  const lastSeq = (): number => stored.at(-1)?.seq ?? 0;
  const heads = (shard: string): Record<RecordKind, number> => {
    const found: Record<RecordKind, number> = { local: 0, remote: 0, ack: 0, sealed: 0, owner: 0 };
    for (const record of stored) if (record.shard === shard) found[record.kind] = record.seq;
    return found;
  };
  const store = (records: readonly JournalRecord[]): number => {
    const firstSeq = lastSeq() + 1;
    for (const [i, record] of records.entries()) stored.push({ ...record, seq: firstSeq + i });
    return firstSeq;
  };
  return {
    stored,
    get appends() {
      return appends;
    },
    get reads() {
      return reads;
    },
    failNext(how = {}) {
      failing = how;
    },
    hold() {
      gate = new Promise((resolve) => {
        open = resolve;
      });
    },
    release() {
      gate = null;
      open();
    },
    async append(records) {
      appends += 1;
      const fault = failing;
      failing = null;
      await gate;
      if (fault !== null) {
        if (fault.kept === true) store(records);
        return fail(problem('storage-failed', 'the disk failed', { rule: 'TEST-DISK' }));
      }
      const firstSeq = store(records);
      return ok({ firstSeq, lastSeq: lastSeq() });
    },
    async read(shard) {
      reads += 1;
      return ok(stored.filter((record) => record.shard === shard));
    },
    shards: () => [...new Set(stored.map((record) => record.shard))],
    lastSeq,
    ...(options.heads === false ? {} : { heads }),
    damage: () => [],
    stats: () => ({ bytes: 0, frames: stored.length, segments: 1 }),
    close: async () => undefined,
  };
}
