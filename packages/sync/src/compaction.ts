/**
 * Keeps journals from growing for ever: a shard's records are replaced by one that holds the same document.
 *
 *  JRN-COMPACT-PROOF   the replacement's document has the same state vector, deletions and folded rows as the one
 *                      read from all records, and was read back from the disk and compared, before any record is given up
 *  JRN-COMPACT-WHOLE   a shard with a record that cannot be read, or that lacks predecessors, is left as it is
 *  JRN-COMPACT-PENDING what the peer has not acknowledged is pending afterwards, in this session and the next
 *  JRN-COMPACT-SOON    a server looks as soon as it has opened a journal, and the longest shard goes first: one that is killed
 *                      again and again gets on nevertheless, and opens in bounded time
 *  JRN-COMPACT-CRASH   a crash or a failing disk at any moment loses nothing: old and new records together are the same
 *                      document again
 */
import { fail, ok, problem, type Result, type ShardId } from '@fieldfare/kernel';
import * as Y from 'yjs';
import { isHeld } from './outbox.ts';
import { encodeClients, SERVER } from './owners.ts';
import { stampedAt, updateOf } from './replay.ts';
import { foldText, freshForm } from './rows/fresh.ts';
import { createShardDoc, type ShardDoc } from './rows/shard-doc.ts';
import type { CompactionReport, JournalRecord, Replica, StoredRecord } from './types.ts';

/** Below this a journal is read faster than it is rewritten. */
const LEAST_BYTES = 8 * 1024 * 1024;
/** Records a shard, on average, from which on rewriting pays. A rewritten shard has two. */
const LEAST_RECORDS = 16;

/** Whether a journal has grown so far beyond its documents that it should be compacted. */
export function isWorthCompacting({ journal, shards }: ReturnType<Replica['stored']>): boolean {
  return journal.bytes > LEAST_BYTES && journal.frames > LEAST_RECORDS * shards.length;
}

/** A laptop's working copy is left alone while it opens. */
const LOOK_MS = 60_000;

/** Looks now and then whether the journal is worth compacting, and does it. Returns what ends that. */
export function keepCompact(options: {
  readonly replica: Pick<Replica, 'compact' | 'stored'>;
  /** `setTimeout` of the platform. Returns its cancel. */
  readonly setTimer: (run: () => void, ms: number) => () => void;
  /** When it looks first, ms from now; a minute when absent. */
  readonly firstLookMs?: number;
  readonly onDone?: (result: Result<CompactionReport>) => void;
}): () => void {
  const { replica, setTimer, firstLookMs = LOOK_MS, onDone } = options;
  let stopped = false;
  /** What the last compaction left, edits of the last days for one: not worth looking at before it has doubled. */
  let left = 0;
  let cancel = setTimer(look, firstLookMs);
  const turn = (): Promise<void> => new Promise((resolve) => setTimer(resolve, 0));
  async function compact(): Promise<void> {
    const result = await replica.compact(turn);
    left = replica.stored().journal.bytes;
    if (!stopped) onDone?.(result);
  }
  function look(): void {
    const stored = replica.stored();
    const worth = isWorthCompacting(stored) && stored.journal.bytes > 2 * left;
    const done = worth ? compact() : Promise.resolve();
    void done.then(() => {
      if (!stopped) cancel = setTimer(look, LOOK_MS);
    });
  }
  return () => {
    stopped = true;
    cancel();
  };
}

/** A document below this is not worth that every device fetches it anew. */
const LEAST_DOCUMENT_BYTES = 256 * 1024;
/** How many times its fresh form a document has grown to by then. */
const OUTGROWN = 2;
/** What stands needs no session of its own to be measured. */
const MEASURING = 1;

/** Whether it is worth reading the document to find out. */
export const mayHaveOutgrown = (stored: { readonly bytes: number } | undefined): boolean =>
  stored === undefined || stored.bytes > LEAST_DOCUMENT_BYTES;

/** Whether a document holds more of what was replaced than of what stands, so that it should be begun anew (ADR 14). */
export function hasOutgrown(doc: ShardDoc, mergeOf: MergeOf): boolean {
  const bytes = doc.diff().length;
  if (bytes <= LEAST_DOCUMENT_BYTES) return false;
  const fresh = freshForm(doc, MEASURING, mergeOf);
  fresh?.doc.destroy();
  return fresh !== null && bytes > OUTGROWN * fresh.update.length;
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

const isSame = (a: ShardDoc, b: ShardDoc): boolean =>
  Y.equalSnapshots(a.snapshot(), b.snapshot()) && foldText(a) === foldText(b);

export interface CompactOptions {
  /** Nothing of the server's own waits for a peer. */
  readonly authority: boolean;
  /** What the peer holds durably. */
  readonly held: ReadonlyMap<number, number>;
  /** Sessions of this device. */
  readonly own: ReadonlySet<number>;
  /** Edits stamped from then on (epoch ms) are kept as they came, with their receipts, to be given back (replay.ts). */
  readonly keepFrom: number;
  readonly mergeOf: MergeOf;
}

/**
 * What may stand for all of a shard's records: one update, the acknowledgement, this device's sessions, and the updates
 * that are kept as they came: local ones that no acknowledgement covers, so that they stay pending, and recent ones.
 */
export function compactRecords(
  shard: ShardId,
  records: readonly StoredRecord[],
  { authority, held, own, keepFrom, mergeOf }: CompactOptions,
): Result<readonly JournalRecord[]> {
  const whole = documentOf(
    shard,
    mergeOf,
    records.flatMap((record) => updateOf(record) ?? []),
  );
  if (whole === null) return keep('a record of this shard cannot be read');
  try {
    if (whole.incomplete()) return keep('a record of this shard is missing');
    const bytes = whole.diff();
    const copy = documentOf(shard, mergeOf, [bytes]);
    const same = copy !== null && !copy.incomplete() && isSame(whole, copy);
    copy?.destroy();
    if (!same) return keep('the compacted document would differ from the one on disk');
    const kept = records.filter(
      (record) =>
        (record.kind === 'local' && !authority && !isHeld(record.bytes, held)) ||
        ((record.kind === 'local' || record.kind === 'sealed') && stampedAt(record) >= keepFrom),
    );
    const mine = [...whole.clocks().keys()].filter((client) => own.has(client));
    return ok([
      { shard, kind: 'remote', bytes },
      ...(held.size > 0 ? [{ shard, kind: 'ack' as const, bytes: Y.encodeStateVector(new Map(held)) }] : []),
      ...(mine.length > 0 ? [{ shard, kind: 'owner' as const, bytes: encodeClients(SERVER, mine) }] : []),
      ...kept.map(({ kind, bytes }) => ({ shard, kind, bytes })),
    ]);
  } finally {
    whole.destroy();
  }
}
