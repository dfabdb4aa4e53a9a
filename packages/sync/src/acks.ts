/**
 * What the peer holds durably, as far as it has said so, and when that is written down.
 *
 * An `ack` record is written only while nothing local is uncovered in its shard. So a shard whose newest `ack` stands
 * behind its newest `local` has nothing pending, and opening needs not decrypt it to know. A record says what is new since
 * the one before it, so it stays small however many sessions a shard has seen. Ack records cost no flush of their own more
 * than once a second: they ride with the next commit or wait for `close`.
 */
import type { Clock, ShardId } from '@fieldfare/kernel';
import * as Y from 'yjs';
import type { Journal, JournalRecord } from './types.ts';

/** Ack records written on their own are at least this far apart. */
const ACK_INTERVAL_MS = 1000;

export interface Acks {
  heldOf(shard: ShardId): ReadonlyMap<number, number>;
  note(shard: ShardId, held: ReadonlyMap<number, number>): void;
  /** Of an encoded state vector from the journal. */
  noteStored(shard: ShardId, stateVector: Uint8Array): void;
  /** Everything of the shard is covered now: worth a record. */
  settled(shard: ShardId): void;
  /** Records that may ride with the next append; `written` when they did. */
  records(): readonly JournalRecord[];
  written(records: readonly JournalRecord[]): void;
  /** Saves by itself when that was long enough ago. */
  saveInTime(): void;
  /** Waits for what is under way and saves the rest. */
  save(): Promise<void>;
}

export function createAcks(options: {
  readonly journal: Journal;
  readonly clock: Clock;
  /** A record of this shard would come too early: something local is uncovered, or may be on its way. */
  readonly busy: (shard: ShardId) => boolean;
}): Acks {
  const { journal, clock, busy } = options;
  const acked = new Map<ShardId, Map<number, number>>();
  /** What no record says yet, of any shard; and shards whose record is due. */
  const unsaid = new Map<ShardId, Map<number, number>>();
  const unsaved = new Set<ShardId>();
  /** What a record says that may be on its way. */
  const offered = new WeakMap<JournalRecord, ReadonlyMap<number, number>>();
  let lastSave = Number.NEGATIVE_INFINITY;
  let saving: Promise<void> | null = null;

  const acks: Acks = {
    heldOf: (shard) => acked.get(shard) ?? new Map(),
    note(shard, held) {
      raise(unsaid, shard, raise(acked, shard, held));
    },
    noteStored(shard, stateVector) {
      try {
        raise(acked, shard, Y.decodeStateVector(stateVector));
      } catch {
        // a lost ack only makes `pending` pessimistic
      }
    },
    settled: (shard) => void unsaved.add(shard),
    records() {
      const records: JournalRecord[] = [];
      for (const shard of unsaved) {
        if (busy(shard)) continue;
        const held = new Map(unsaid.get(shard));
        const record: JournalRecord = { shard, kind: 'ack', bytes: Y.encodeStateVector(held) };
        offered.set(record, held);
        records.push(record);
      }
      return records;
    },
    written(records) {
      for (const record of records) {
        const said = unsaid.get(record.shard);
        for (const [client, end] of offered.get(record) ?? []) if (said?.get(client) === end) said.delete(client);
        if (!said?.size) unsaved.delete(record.shard);
      }
    },
    saveInTime() {
      if (saving !== null || clock.now() - lastSave < ACK_INTERVAL_MS) return;
      saving = saveNow().finally(() => {
        saving = null;
      });
    },
    async save() {
      await saving;
      await saveNow();
    },
  };

  async function saveNow(): Promise<void> {
    const records = acks.records();
    if (records.length === 0) return;
    lastSave = clock.now();
    const saved = await journal.append(records);
    if (saved.ok) acks.written(records);
  }
  return acks;
}

type Clocks = Map<ShardId, Map<number, number>>;

/** Takes in what is higher than known, and returns it. */
function raise(clocks: Clocks, shard: ShardId, held: ReadonlyMap<number, number>): Map<number, number> {
  let known = clocks.get(shard);
  if (known === undefined) {
    known = new Map();
    clocks.set(shard, known);
  }
  const raised = new Map<number, number>();
  for (const [client, end] of held) {
    if ((known.get(client) ?? 0) >= end) continue;
    known.set(client, end);
    raised.set(client, end);
  }
  return raised;
}
