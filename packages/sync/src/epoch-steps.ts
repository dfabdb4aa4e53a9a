/**
 * The two steps into another epoch of a shard (ADR 14): the server begins its document anew, a laptop enters what the server
 * began. Whoever calls them has the shard's queue: no change of it can come in between.
 *
 *  SYN-EPOCH-PROOF   an epoch begins with what stands, proven (rows/fresh.ts), or not at all
 *  SYN-EPOCH-ATOMIC  one append ends an epoch and begins the next
 *  SYN-EPOCH-CARRY   what was pending in one is pending in the next by the same append (carry.ts)
 */
import { type Clock, fail, ok, problem, type Random, type Result, type ShardId } from '@fieldfare/kernel';
import * as Y from 'yjs';
import type { Acks } from './acks.ts';
import { carryOver, type Ended } from './carry.ts';
import { allRows, type Documents } from './documents.ts';
import { type Epochs, newEpoch, streamOf } from './epochs.ts';
import type { GuardLimits } from './guard/limits.ts';
import type { UpdateFacts } from './guard.ts';
import type { Listeners } from './listeners.ts';
import { type Outbox, readLocalUpdate } from './outbox.ts';
import { type Owners, SERVER } from './owners.ts';
import { receivedRecord } from './replay.ts';
import { freshForm } from './rows/fresh.ts';
import type { mergeOfTables } from './rows/plan.ts';
import { createShardDoc, type ShardDoc } from './rows/shard-doc.ts';
import { newClientId, type Sessions } from './sessions.ts';
import type { Journal, JournalRecord, Outgoing } from './types.ts';

export interface EpochSteps {
  /** At the server: begins the shard anew, later than `after`, when `isDue`. False: it was not. */
  begin(shard: ShardId, isDue: (doc: ShardDoc) => boolean, after: number): Promise<Result<boolean>>;
  /** On a laptop: enters an epoch with the whole document that the server gave of it. False: that one or a later one was entered. */
  enter(shard: ShardId, epoch: number, whole: Outgoing): Promise<Result<boolean>>;
}

export function createEpochSteps(options: {
  readonly journal: Journal;
  readonly epochs: Epochs;
  readonly documents: Documents;
  readonly acks: Acks;
  readonly outbox: Outbox;
  readonly sessions: Sessions;
  /** Of the server; null on a laptop. */
  readonly owners: Owners | null;
  readonly ownClients: ReadonlySet<number>;
  readonly listeners: Listeners;
  readonly mergeOf: ReturnType<typeof mergeOfTables>;
  /** Judges what the server sent. */
  readonly inspect: (shard: ShardId, update: Uint8Array, known: ShardDoc) => Result<UpdateFacts>;
  readonly clock: Clock;
  readonly random: Random;
  readonly limits: GuardLimits;
}): EpochSteps {
  const { journal, epochs, documents, acks, outbox, sessions, owners, ownClients, listeners, mergeOf } = options;
  const { inspect, clock, random, limits } = options;

  /**
   * Makes the first records of another epoch durable, at once with whatever else belongs to that step. `doc`: what they hold.
   * After a failure the shard is in whatever epoch the disk made of it.
   */
  async function replaceWith(shard: ShardId, epoch: number, doc: ShardDoc, records: readonly JournalRecord[]) {
    const appended = await journal.append(records);
    if (appended.ok) {
      epochs.begin(shard, epoch);
      documents.replace(shard, doc);
    } else {
      doc.destroy();
      if (journal.shards().includes(streamOf(shard, epoch))) epochs.begin(shard, epoch);
      await documents.backToDisk([shard]);
    }
    return appended;
  }

  async function begin(shard: ShardId, isDue: (doc: ShardDoc) => boolean, after: number): Promise<Result<boolean>> {
    const opened = await documents.open(shard);
    if (!opened.ok) return opened;
    if (!isDue(opened.value)) return ok(false);
    const client = newClientId(random.bytes(6));
    const isNew = opened.value.clock(client) === 0 && owners?.ownerOf(client, SERVER) === 'nobody';
    const fresh = documents.isWhole(shard) && isNew ? freshForm(opened.value, client, mergeOf) : null;
    if (fresh === null) {
      return fail(problem('conflict', 'the document cannot be begun anew as it is', { rule: 'SYN-EPOCH-PROOF' }));
    }
    const epoch = newEpoch(clock.now(), random, Math.max(epochs.of(shard), after));
    const claim = owners?.claim([client], SERVER);
    const base = receivedRecord(streamOf(shard, epoch), fresh);
    const entered = await replaceWith(shard, epoch, fresh.doc, claim === undefined ? [base] : [claim, base]);
    if (epochs.of(shard) === epoch) listeners.touch({ origin: 'load', shard, rows: new Map(), seq: 0, epoch });
    return entered.ok ? ok(true) : entered;
  }

  async function enter(shard: ShardId, epoch: number, whole: Outgoing): Promise<Result<boolean>> {
    if (epoch <= epochs.of(shard)) return ok(false);
    const doc = createShardDoc(shard, mergeOf);
    const fits = inspect(shard, whole.update, doc);
    if (!fits.ok) return fits;
    doc.apply([whole.update]);
    const ended: Ended[] = [];
    for (const stream of epochs.streams(shard)) {
      const read = await documents.readStream(stream);
      if (!read.ok) return read;
      ended.push(read.value);
    }
    const { updates, left } = carryOver(ended, doc, ownClients, limits.maxUpdateBytes);
    for (const one of ended) one.doc.destroy();
    const stream = streamOf(shard, epoch);
    // what has been carried over is pending there and, by the same step, no more here
    // (the one that ends always says so: what it had been told since it last wrote that down is known in memory only)
    const settled = left.filter(
      ({ stream: old, ends, all }) => all && ends.size > 0 && (outbox.hasShard(old) || old === epochs.stream(shard)),
    );
    const entered = await replaceWith(shard, epoch, doc, [
      receivedRecord(stream, whole),
      ...updates.map((bytes): JournalRecord => ({ shard: stream, kind: 'local', bytes })),
      ...settled.map(({ stream: old, ends }): JournalRecord => {
        const held = new Map([...acks.heldOf(old), ...ends]);
        return { shard: old, kind: 'ack', bytes: Y.encodeStateVector(held) };
      }),
    ]);
    if (epochs.of(shard) !== epoch) return entered.ok ? ok(true) : entered;
    for (const update of updates) {
      const local = readLocalUpdate(update);
      if (local === null) continue;
      outbox.add(stream, local.stamp, local.client, local.end);
      sessions.of(local.client)?.written.set(stream, local.end);
    }
    for (const { stream: old, ends } of left) {
      acks.note(old, ends);
      outbox.acknowledge(old, ends);
    }
    listeners.touch({ origin: 'load', shard, rows: allRows(doc), seq: 0, epoch });
    listeners.pendingChanged();
    return entered.ok ? ok(true) : entered;
  }

  return { begin, enter };
}
