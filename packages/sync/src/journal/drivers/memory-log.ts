/** A log in memory that can fail as a database does, for tests of the journal over it. */
import { FileError, type ShardId } from '@fieldfare/kernel';
import { LostError } from '../appender.ts';
import type { LogStore } from '../log-journal.ts';

interface Row {
  readonly seq: number;
  readonly shard: ShardId;
  frame: Uint8Array;
}

/** `kept`: the frames are stored, and the link breaks before that is said. */
type Failure = 'full' | 'lost' | 'kept';

export interface MemoryLog {
  readonly rows: Row[];
  /** Taken by this one from now on; whoever held it before is fenced. */
  take(): LogStore;
  /** Nobody holds it. */
  isFree(): boolean;
  /** The next appends end like this. */
  fail(...how: readonly Failure[]): void;
}

export function createMemoryLog(): MemoryLog {
  const rows: Row[] = [];
  let keyId: Uint8Array | null = null;
  let epoch = 0;
  let holder: object | null = null;
  let failures: Failure[] = [];

  function take(): LogStore {
    const self = {};
    holder = self;
    epoch += 1;
    let own = epoch;
    const hold = async (): Promise<void> => {
      await Promise.resolve();
      if (own !== epoch) throw new LostError();
    };
    const shards = [...new Set(rows.map(({ shard }) => shard))].map((shard) => {
      const frames = rows.filter((row) => row.shard === shard);
      return { shard, frames: frames.length, bytes: frames.reduce((sum, { frame }) => sum + frame.length, 0) };
    });
    return {
      state: { keyId, formatVersion: 1, lastSeq: rows.at(-1)?.seq ?? 0, shards },
      async append(bytes, frames, id) {
        await hold();
        const failure = failures.shift();
        if (failure === 'full') throw new FileError('full', 'no room');
        if (failure === 'lost') throw new FileError('io', 'the link broke');
        keyId ??= id;
        for (const { seq, shard, offset, length } of frames) {
          rows.push({ seq, shard, frame: bytes.slice(offset, offset + length) });
        }
        if (failure === 'kept') throw new FileError('io', 'the link broke');
      },
      async takeBack(lastSeq) {
        await hold();
        epoch += 1;
        own = epoch;
        const kept = rows.filter(({ seq }) => seq <= lastSeq);
        rows.splice(0, rows.length, ...kept);
      },
      async read(shard, lastSeq) {
        await hold();
        return rows.filter((row) => row.shard === shard && row.seq <= lastSeq);
      },
      async remove(shard, below) {
        await hold();
        const gone = rows.filter((row) => row.shard === shard && row.seq < below);
        const kept = rows.filter((row) => !gone.includes(row));
        rows.splice(0, rows.length, ...kept);
        return { frames: gone.length, bytes: gone.reduce((sum, { frame }) => sum + frame.length, 0) };
      },
      async close() {
        if (holder === self) holder = null;
      },
    };
  }

  return {
    rows,
    take,
    isFree: () => holder === null,
    fail(...how) {
      failures = [...how];
    },
  };
}
