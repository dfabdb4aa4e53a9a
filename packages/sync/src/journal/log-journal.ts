/**
 * A journal over a database: sealed frames as rows, instead of segments of them in files. The frames are the same bytes
 * (format.ts), so what is promised of them holds here too; what a database does itself (whole transactions, torn writes,
 * quarantine) is left to it.
 *
 *  JRN-FENCE  a log has one holder. Whoever lost it appends, supersedes and reads nothing any more, however late it learns
 *             of that: the store itself compares the holder's epoch in every transaction
 *
 * What no client of a database can promise: when the link breaks while a commit is under way, nobody knows what became of
 * it. The batch is reported as failed and taken back before the next one; when the process dies before that, it may be
 * found at the next opening.
 */
import { fail, ok, type Random, type Result, type ShardId } from '@fieldfare/kernel';
import { keyIdOf } from '../keyring.ts';
import type { Journal, JournalDamage, StoredRecord } from '../types.ts';
import { CLOSED, createAppender, type EncodedFrame, storageProblem } from './appender.ts';
import { type Aead, FORMAT_VERSION, type FrameCipher, isWhole, openFrame, readHead } from './format.ts';
import { newerVersion, WRONG_KEY } from './recovery.ts';

/** What a log holds when it is taken. */
export interface LogState {
  /** Null: nothing was written yet. */
  readonly keyId: Uint8Array | null;
  readonly formatVersion: number;
  readonly lastSeq: number;
  readonly shards: readonly { readonly shard: ShardId; readonly frames: number; readonly bytes: number }[];
}

/**
 * One tenant's durable log, held by this process. Rejects with `FileError` (`full`, `io`) or `LostError`; a rejected
 * append may be there all the same until `takeBack`.
 */
export interface LogStore {
  readonly state: LogState;
  /** Resolves when all frames are on stable storage. `keyId` is kept with the first of them. */
  append(bytes: Uint8Array, frames: readonly EncodedFrame[], keyId: Uint8Array): Promise<void>;
  /** Whatever was written above `lastSeq` never happened, also what may still be on its way. */
  takeBack(lastSeq: number): Promise<void>;
  /** A shard's frames in order of seq. */
  read(shard: ShardId, lastSeq: number): Promise<readonly { readonly seq: number; readonly frame: Uint8Array }[]>;
  /** Removes a shard's frames below this seq, and says how much that was. */
  remove(shard: ShardId, below: number): Promise<{ readonly frames: number; readonly bytes: number }>;
  /** Gives the log back, for whoever wants it next. */
  close(): Promise<void>;
}

export interface LogJournalOptions {
  /** From a successful opening on it belongs to the journal, whose `close` closes it. */
  readonly store: LogStore;
  readonly tenantId: string;
  /** 32 bytes. */
  readonly key: Uint8Array;
  readonly random: Random;
  /** A faster cipher that this platform has. */
  readonly aead?: Aead;
}

/** Problems: `unauthenticated` JRN-KEY (another key), `unsupported` JRN-VERSION. */
export function openLogJournal(options: LogJournalOptions): Result<Journal> {
  const { store, tenantId, key, random, aead } = options;
  const { state } = store;
  const cipher = { tenantId, key, aead };
  const keyId = keyIdOf(key);
  if (state.formatVersion !== FORMAT_VERSION) return fail(newerVersion(state.formatVersion));
  if (state.keyId?.every((byte, i) => byte === keyId[i]) === false) return fail(WRONG_KEY);

  const sizes = new Map<ShardId, { readonly frames: number; readonly bytes: number }>();
  function grow(shard: ShardId, frames: number, bytes: number): void {
    const size = sizes.get(shard) ?? { frames: 0, bytes: 0 };
    sizes.set(shard, { frames: size.frames + frames, bytes: size.bytes + bytes });
  }
  for (const { shard, frames, bytes } of state.shards) grow(shard, frames, bytes);
  const damage: JournalDamage[] = [];
  /** An append failed, and what became of it is not known. */
  let unsure = false;
  let closing: Promise<void> | null = null;

  const appender = createAppender({
    cipher,
    random,
    lastSeq: state.lastSeq,
    nextSeq: state.lastSeq + 1,
    async write(bytes, frames) {
      if (unsure) await store.takeBack(appender.lastSeq());
      unsure = true;
      await store.append(bytes, frames, keyId);
      unsure = false;
      for (const { shard, length } of frames) grow(shard, 1, length);
    },
  });

  function report(item: JournalDamage): void {
    if (!damage.some(({ file, offset }) => file === item.file && offset === item.offset)) damage.push(item);
  }

  return ok({
    append: appender.append,
    async read(shard) {
      if (closing) return fail(CLOSED);
      try {
        const records: StoredRecord[] = [];
        for (const row of await store.read(shard, appender.lastSeq())) {
          const opened = openRow(row, shard, cipher);
          if (typeof opened !== 'string') records.push(opened);
          else report({ kind: opened, file: 'frames', offset: row.seq, bytes: row.frame.length, shard });
        }
        return ok(records);
      } catch (error) {
        return fail(storageProblem(error, 'read'));
      }
    },
    shards: () => [...sizes.keys()],
    size: (shard) => sizes.get(shard) ?? { frames: 0, bytes: 0 },
    lastSeq: appender.lastSeq,
    async supersede(shard, below) {
      if (closing) return fail(CLOSED);
      try {
        const gone = await store.remove(shard, below);
        grow(shard, -gone.frames, -gone.bytes);
        return ok(undefined);
      } catch (error) {
        return fail(storageProblem(error, 'write'));
      }
    },
    damage: () => [...damage],
    stats() {
      const all = [...sizes.values()];
      const sum = (of: 'frames' | 'bytes'): number => all.reduce((total, size) => total + size[of], 0);
      return { bytes: sum('bytes'), frames: sum('frames'), segments: 1 };
    },
    close() {
      closing ??= appender.close().then(() => store.close());
      return closing;
    },
  });
}

/** What a row holds, or what is wrong with it: also when it is a good frame, but not this row's. */
function openRow(
  { seq, frame }: { readonly seq: number; readonly frame: Uint8Array },
  shard: ShardId,
  cipher: FrameCipher,
): StoredRecord | JournalDamage['kind'] {
  const head = readHead(frame, 0);
  if (head === null || head.seq !== seq || head.shard !== shard || head.length !== frame.length) return 'corrupt-frame';
  const { kind } = head;
  if (!isWhole(frame, head) || kind === 'superseded') return 'corrupt-frame'; // of those none are written here
  const bytes = openFrame(frame, head, cipher);
  return bytes === null ? 'wrong-key' : { seq, shard, kind, bytes };
}
