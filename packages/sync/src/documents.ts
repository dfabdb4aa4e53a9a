/**
 * The shards' documents in memory, as the journal has them: opened when asked for, read again when they may differ from the
 * disk (SYN-REP-DISK), with what waits for something missing (SYN-REP-WHOLE).
 */
import { ok, type Result, type ShardId } from '@fieldfare/kernel';
import type { Acks } from './acks.ts';
import type { Ended } from './carry.ts';
import { type Epochs, placeOfStream } from './epochs.ts';
import type { UpdateFacts } from './guard.ts';
import { clientOf, isHeld, type Outbox, readLocalUpdate } from './outbox.ts';
import { decodeClients } from './owners.ts';
import { joinWaiting, type Rebuilt, rebuildDoc } from './rebuild.ts';
import { updateOf } from './replay.ts';
import type { mergeOfTables } from './rows/plan.ts';
import type { ShardDoc } from './rows/shard-doc.ts';
import type { Journal, StoredRecord, Touched } from './types.ts';

export interface Documents {
  /** As it is in memory; undefined when it is not there. */
  get(shard: ShardId): ShardDoc | undefined;
  /** It is there and equals the disk. */
  isFresh(shard: ShardId): boolean;
  loaded(): readonly ShardId[];
  /** The shard's document, read from the journal when it is not here or may differ. Only inside a queued task. */
  open(shard: ShardId): Promise<Result<ShardDoc>>;
  /** After a failed append. When the disk cannot be read either, documents stay readable and the next write tries again. */
  backToDisk(shards: readonly ShardId[]): Promise<void>;
  /** After something was received: what waited for it is shown, and goes to whoever listens, as if it came now. */
  joinLate(shard: ShardId, doc: ShardDoc): void;
  /** Nothing waits for what is missing. */
  isWhole(shard: ShardId): boolean;
  /** The shard is in another epoch, whose document this is. */
  replace(shard: ShardId, doc: ShardDoc): void;
  /** A stream as its records have it, whether it is the present one or not. The caller destroys the document. */
  readStream(stream: ShardId): Promise<Result<Ended>>;
  /** Notes what is pending by the records, and returns those that are updates, bare. */
  takeStored(stream: ShardId, records: readonly StoredRecord[]): readonly StoredRecord[];
  free(shard: ShardId): void;
}

export function createDocuments(options: {
  readonly journal: Pick<Journal, 'read'>;
  readonly epochs: Pick<Epochs, 'stream'>;
  readonly mergeOf: ReturnType<typeof mergeOfTables>;
  readonly outbox: Outbox;
  readonly acks: Pick<Acks, 'heldOf' | 'noteStored'>;
  /** Sessions of this device, as far as their shards were read; added to. */
  readonly ownClients: Set<number>;
  readonly authority: boolean;
  /** The guard's eye, for what stands in our own journal. */
  readonly inspect: (shard: ShardId, update: Uint8Array, known: ShardDoc) => Result<UpdateFacts>;
  /** A stamp in the shard, which must be outrun there. */
  readonly learn: (shard: ShardId, stamp: string) => void;
  readonly touch: (touched: Touched) => void;
  readonly pendingChanged: () => void;
}): Documents {
  const { journal, epochs, mergeOf, outbox, acks, ownClients, authority, inspect, learn, touch, pendingChanged } =
    options;
  const docs = new Map<ShardId, ShardDoc>();
  /** Documents that may differ from the disk since an append failed. They can be read, and must be reloaded to be written. */
  const stale = new Set<ShardId>();
  /** Stored updates that miss something, by shard. */
  const waiting = new Map<ShardId, readonly StoredRecord[]>();

  function takeStored(stream: ShardId, records: readonly StoredRecord[]): readonly StoredRecord[] {
    const updates = records.flatMap((record) => {
      const bytes = updateOf(record);
      return bytes === null ? [] : [{ ...record, bytes }];
    });
    if (authority) return updates;
    for (const { kind, bytes } of records) {
      if (kind === 'ack') acks.noteStored(stream, bytes);
      if (kind === 'owner') for (const client of decodeClients(bytes).clients) ownClients.add(client);
    }
    const held = acks.heldOf(stream);
    for (const { kind, bytes } of records) {
      if (kind !== 'local') continue;
      const client = clientOf(bytes);
      if (client !== null) ownClients.add(client);
      if (isHeld(bytes, held)) continue;
      const local = readLocalUpdate(bytes);
      if (local !== null) outbox.add(stream, local.stamp, local.client, local.end);
    }
    return updates;
  }

  function wait(shard: ShardId, records: readonly StoredRecord[]): void {
    if (records.length > 0) waiting.set(shard, records);
    else waiting.delete(shard);
  }

  async function rebuild(stream: ShardId): Promise<Result<Ended & Rebuilt>> {
    const records = await journal.read(stream);
    if (!records.ok) return records;
    const { shard } = placeOfStream(stream);
    const updates = takeStored(stream, records.value);
    const rebuilt = rebuildDoc(shard, mergeOf, updates, (update, known) => inspect(shard, update, known));
    return ok({ ...rebuilt, stream, records: records.value });
  }

  async function read(shard: ShardId): Promise<Result<{ readonly doc: ShardDoc; readonly seq: number }>> {
    const rebuilt = await rebuild(epochs.stream(shard));
    if (!rebuilt.ok) return rebuilt;
    const { doc, records, waiting: left } = rebuilt.value;
    wait(shard, left);
    const latest = latestIn(doc);
    if (latest !== null) learn(shard, latest);
    return ok({ doc, seq: records.at(-1)?.seq ?? 0 });
  }

  async function open(shard: ShardId): Promise<Result<ShardDoc>> {
    const known = docs.get(shard);
    if (known !== undefined && !stale.has(shard)) return ok(known);
    const pendingBefore = outbox.count();
    const fresh = await read(shard);
    if (!fresh.ok) return fresh;
    const { doc, seq } = fresh.value;
    stale.delete(shard);
    docs.set(shard, doc);
    const changed = known === undefined || !sameBytes(known.stateVector(), doc.stateVector());
    known?.destroy();
    if (changed) touch({ origin: 'load', shard, rows: allRows(doc), seq });
    if (outbox.count() !== pendingBefore) pendingChanged();
    return ok(doc);
  }

  return {
    get: (shard) => docs.get(shard),
    isFresh: (shard) => docs.has(shard) && !stale.has(shard),
    loaded: () => [...docs.keys()],
    open,
    async backToDisk(shards) {
      for (const shard of shards) stale.add(shard);
      for (const shard of shards) await open(shard);
    },
    joinLate(shard, doc) {
      const late = waiting.get(shard);
      if (late === undefined) return;
      const result = joinWaiting(doc, late, (update, known) => inspect(shard, update, known));
      wait(shard, result.waiting);
      for (const { latest } of result.joined) if (latest !== null) learn(shard, latest);
      for (const { record, rows } of result.joined) {
        const origin = record.kind === 'local' ? 'local' : 'remote';
        touch({ origin, shard, rows, update: record.bytes, seq: record.seq });
      }
    },
    isWhole: (shard) => !waiting.has(shard) && docs.get(shard)?.incomplete() === false,
    replace(shard, doc) {
      docs.get(shard)?.destroy();
      docs.set(shard, doc);
      stale.delete(shard);
      waiting.delete(shard);
      const latest = latestIn(doc);
      if (latest !== null) learn(shard, latest);
    },
    readStream: rebuild,
    takeStored,
    free(shard) {
      docs.get(shard)?.destroy();
      docs.delete(shard);
      stale.delete(shard);
      waiting.delete(shard);
    },
  };
}

/** The newest stamp that any writer of a document had seen; null: it is empty. */
export function latestIn(doc: ShardDoc): string | null {
  let latest = '';
  let of = '';
  for (const client of doc.clocks().keys()) {
    for (const { entry } of doc.index.ofClient(client).values()) {
      for (const [writer, moment] of Object.entries(entry.c)) {
        if (moment > latest) {
          latest = moment;
          of = writer;
        }
      }
    }
  }
  return latest === '' ? null : `${latest}-${of}`;
}

export const allRows = (doc: ShardDoc): Map<string, Set<string>> =>
  new Map(doc.index.tables().map((table) => [table, new Set(doc.index.keys(table))]));

export const sameBytes = (a: Uint8Array, b: Uint8Array): boolean =>
  a.length === b.length && a.every((byte, i) => byte === b[i]);
