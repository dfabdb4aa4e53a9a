/**
 * What a journal holds is made small again (compaction.ts says what may stand for what): stream after stream, each inside
 * its shard's queue, read back from the disk before anything goes. The server begins documents anew that have outgrown
 * their content; epochs that are over go when nothing can be asked of them any more (SYN-EPOCH-KEEP).
 */
import { type Clock, fail, ok, type Problem, problem, type Result, type ShardId } from '@fieldfare/kernel';
import type { Acks } from './acks.ts';
import { compactRecords, hasOutgrown, mayHaveOutgrown } from './compaction.ts';
import { type Documents, sameBytes } from './documents.ts';
import type { EpochSteps } from './epoch-steps.ts';
import { type Epochs, FIRST_EPOCH, placeOfStream } from './epochs.ts';
import type { Outbox } from './outbox.ts';
import { CLIENTS_STREAM, type Owners } from './owners.ts';
import type { ShardQueue } from './queue.ts';
import type { mergeOfTables } from './rows/plan.ts';
import type { CompactionReport, Journal, JournalRecord, StoredRecord } from './types.ts';

/** Edits of the last days are kept as they came, so that they can be given back: SYN-REP-RETURN. */
const RETURN_MS = 3 * 86_400_000;

/** `turn`: awaited between streams. `stopped`: why it goes no further. */
export type Housekeeping = (
  turn: () => Promise<void>,
  stopped: () => Problem | null,
) => Promise<Result<CompactionReport>>;

export function createHousekeeping(options: {
  readonly journal: Journal;
  readonly queue: ShardQueue;
  readonly epochs: Epochs;
  readonly documents: Documents;
  readonly acks: Acks;
  readonly outbox: Outbox;
  readonly owners: Owners | null;
  readonly ownClients: ReadonlySet<number>;
  readonly mergeOf: ReturnType<typeof mergeOfTables>;
  readonly clock: Clock;
  readonly authority: boolean;
  readonly begin: EpochSteps['begin'];
}): Housekeeping {
  const { journal, queue, epochs, documents, acks, outbox, owners, ownClients, mergeOf, clock } = options;
  const { authority, begin } = options;

  /** What may stand for all of a stream's records. */
  function rewritten(stream: ShardId, stored: readonly StoredRecord[]): Result<readonly JournalRecord[]> {
    if (stream === CLIENTS_STREAM) return ok(owners?.records() ?? []);
    if (!authority) documents.takeStored(stream, stored);
    return compactRecords(stream, stored, {
      authority,
      held: acks.heldOf(stream),
      own: ownClients,
      keepFrom: authority ? Number.POSITIVE_INFINITY : clock.now() - RETURN_MS,
      mergeOf,
    });
  }

  /** Null: rewritten. Else why the stream stays as it is. */
  async function compactNow(stream: ShardId): Promise<Result<Problem | null>> {
    const stored = await journal.read(stream);
    if (!stored.ok) return stored;
    const records = rewritten(stream, stored.value);
    if (!records.ok) return ok(records.problems[0]);
    if (records.value.length === 0) return ok(null);
    const appended = await journal.append(records.value);
    if (!appended.ok) {
      await documents.backToDisk([placeOfStream(stream).shard]);
      return appended;
    }
    // What the disk gives back counts, not what was handed to it.
    const { firstSeq } = appended.value;
    const written = await journal.read(stream);
    if (!written.ok) return written;
    const there = written.value.filter(({ seq }) => seq >= firstSeq);
    const whole =
      there.length === records.value.length &&
      there.every(({ bytes }, i) => sameBytes(bytes, records.value[i]?.bytes ?? new Uint8Array()));
    if (!whole) return ok(problem('storage-failed', 'the disk did not give back what was written', { rule: 'JRN-IO' }));
    const dropped = await journal.supersede?.(stream, firstSeq);
    return dropped && !dropped.ok ? dropped : ok(null);
  }

  /** An epoch that is over is kept as it is, as long as single edits are kept, then goes; never what is pending in it. */
  async function forgetNow(stream: ShardId, endedAt: number): Promise<Result<null>> {
    if (endedAt > clock.now() - RETURN_MS || outbox.hasShard(stream)) return ok(null);
    const dropped = await journal.supersede?.(stream, Number.MAX_SAFE_INTEGER);
    return dropped && !dropped.ok ? dropped : ok(null);
  }

  return async (turn, stopped) => {
    const bytesBefore = journal.stats().bytes;
    const kept: CompactionReport['kept'][number][] = [];
    let shards = 0;
    let begun = 0;
    const frames = (stream: ShardId): number => journal.size?.(stream)?.frames ?? 0;
    const longestFirst = [...journal.shards()].sort((a, b) => frames(b) - frames(a)); // JRN-COMPACT-SOON
    for (const stream of journal.supersede ? longestFirst : []) {
      const why = stopped();
      if (why !== null) return fail(why);
      const { shard } = placeOfStream(stream);
      const result = await queue.run([shard], async () => {
        const endedAt = epochs.endedAt(stream);
        if (endedAt !== null) return forgetNow(stream, endedAt);
        if (authority && stream !== CLIENTS_STREAM) {
          const anew = mayHaveOutgrown(journal.size?.(stream))
            ? await begin(shard, (doc) => hasOutgrown(doc, mergeOf), FIRST_EPOCH)
            : ok(false);
          if (anew.ok && anew.value) {
            begun += 1;
            return ok(null);
          }
        }
        return compactNow(stream);
      });
      if (!result.ok) return result;
      if (result.value === null) shards += 1;
      else kept.push({ shard, problem: result.value });
      await turn();
    }
    return ok({ shards, kept, epochs: begun, bytesBefore, bytesAfter: journal.stats().bytes });
  };
}
