/**
 * Keeps journals from growing for ever: a shard's records are replaced by one that holds the same document.
 *
 *  JRN-COMPACT-PROOF   the replacement's document has the same state vector, deletions and folded rows as the one
 *                      read from all records, and stands readable on the disk, before any record is given up
 *  JRN-COMPACT-WHOLE   a shard with a record that cannot be read, or that lacks predecessors, is left as it is
 *  JRN-COMPACT-PENDING what the peer has not acknowledged is pending afterwards, in this session and the next
 *  JRN-COMPACT-CRASH   a crash or a failing disk at any moment loses nothing: old and new records together are the same
 *                      document again
 */
import { fail, type JsonValue, ok, type Problem, problem, type Result, type ShardId } from '@fieldfare/kernel';
import * as Y from 'yjs';
import { isHeld } from './outbox.ts';
import { stableText } from './rows/json.ts';
import { createShardDoc, type ShardDoc } from './rows/shard-doc.ts';
import type { JournalRecord, Replica, StoredRecord } from './types.ts';

export interface CompactionReport {
  /** Shards that were rewritten. */
  readonly shards: number;
  /** Shards that were left as they are, and why. */
  readonly kept: readonly { readonly shard: ShardId; readonly problem: Problem }[];
  readonly bytesBefore: number;
  readonly bytesAfter: number;
}

/** Below this a journal is read faster than it is rewritten. */
const LEAST_BYTES = 8 * 1024 * 1024;
/** Records a shard, on average, from which on rewriting pays. A rewritten shard has two. */
const LEAST_RECORDS = 16;

/** Whether a journal has grown so far beyond its documents that it should be compacted. */
export function isWorthCompacting({ journal, shards }: ReturnType<Replica['stored']>): boolean {
  return journal.bytes > LEAST_BYTES && journal.frames > LEAST_RECORDS * shards.length;
}

/** A working copy is left alone while it opens. */
const FIRST_LOOK_MS = 60_000;
const NEXT_LOOK_MS = 3_600_000;

/** Looks now and then whether the journal is worth compacting, and does it. Returns what ends that. */
export function keepCompact(options: {
  readonly replica: Pick<Replica, 'compact' | 'stored'>;
  /** `setTimeout` of the platform. Returns its cancel. */
  readonly setTimer: (run: () => void, ms: number) => () => void;
  readonly onDone?: (result: Result<CompactionReport>) => void;
}): () => void {
  const { replica, setTimer, onDone } = options;
  let stopped = false;
  let cancel = setTimer(look, FIRST_LOOK_MS);
  const turn = (): Promise<void> => new Promise((resolve) => setTimer(resolve, 0));
  async function compact(): Promise<void> {
    const result = await replica.compact(turn);
    if (!stopped) onDone?.(result);
  }
  function look(): void {
    const done = isWorthCompacting(replica.stored()) ? compact() : Promise.resolve();
    void done.then(() => {
      if (!stopped) cancel = setTimer(look, NEXT_LOOK_MS);
    });
  }
  return () => {
    stopped = true;
    cancel();
  };
}

const keep = (message: string): Result<never> => fail(problem('conflict', message, { rule: 'JRN-COMPACT-WHOLE' }));

type MergeOf = Parameters<typeof createShardDoc>[1];

function documentOf(shard: ShardId, mergeOf: MergeOf, updates: readonly Uint8Array[]): ShardDoc | null {
  const doc = createShardDoc(shard, mergeOf);
  try {
    doc.apply(updates);
    return doc;
  } catch {
    doc.destroy();
    return null;
  }
}

/** Tables with their folded rows, as text that is equal for equal folds. */
const foldText = (doc: ShardDoc): string =>
  doc.index
    .tables()
    .toSorted()
    .flatMap((table) => [...doc.rows(table)].map((row) => `${table} ${stableText(row as unknown as JsonValue)}`).sort())
    .join('\n');

const isSame = (a: ShardDoc, b: ShardDoc): boolean =>
  Y.equalSnapshots(a.snapshot(), b.snapshot()) && foldText(a) === foldText(b);

/**
 * What may stand for all of a shard's records: one update, the acknowledgement, and the local updates it does not
 * cover, so that they stay pending. `held`: what the peer holds durably.
 */
export function compactRecords(
  shard: ShardId,
  records: readonly StoredRecord[],
  held: ReadonlyMap<number, number>,
  mergeOf: MergeOf,
): Result<readonly JournalRecord[]> {
  const updates = records.filter(({ kind }) => kind !== 'ack');
  const whole = documentOf(
    shard,
    mergeOf,
    updates.map(({ bytes }) => bytes),
  );
  if (whole === null) return keep('a record of this shard cannot be read');
  try {
    if (whole.incomplete()) return keep('a record of this shard is missing');
    const bytes = whole.diff();
    const copy = documentOf(shard, mergeOf, [bytes]);
    const same = copy !== null && !copy.incomplete() && isSame(whole, copy);
    copy?.destroy();
    if (!same) return keep('the compacted document would differ from the one on disk');
    const pending = updates.filter(({ kind, bytes: update }) => kind === 'local' && !isHeld(update, held));
    return ok([
      { shard, kind: 'remote', bytes },
      ...(held.size > 0 ? [{ shard, kind: 'ack' as const, bytes: Y.encodeStateVector(new Map(held)) }] : []),
      ...pending.map(({ kind, bytes: update }) => ({ shard, kind, bytes: update })),
    ]);
  } finally {
    whole.destroy();
  }
}
