/**
 * A tenant's working copy: documents over the journal, one road for every change:
 *
 *   local  changes → entries → update bytes ┐
 *   remote update bytes → guard, receive.ts ┴→ journal append and flush → apply → onTouched → resolve
 *
 *  SYN-REP-DURABLE   nothing is shown, answered or sent before the journal says it is on stable storage
 *  SYN-REP-ATOMIC    a commit over several shards is one journal batch: all of it or nothing, after a crash too
 *  SYN-REP-DISK      after a failed append the touched documents are read again from the journal before anything else
 *                    happens to them, so memory equals the disk whatever the disk made of the write
 *  SYN-REP-WHOLE     an update is shown whole or not at all, behind damaged frames too (documents.ts, rebuild.ts)
 *  SYN-REP-ORDER     changes of one shard are applied in journal order
 *  SYN-REP-REFUSE    a refused commit or update changes nothing
 *  SYN-REP-PENDING   a local commit is pending until an acknowledged state vector covers it, over all shards of the
 *                    journal and across restarts. Never too few; too many after a crash, until the next connection
 *  SYN-REP-RETURN    what the server lost can be given back to it: own edits, and others' with the server's receipts
 */
import {
  type Clock,
  fail,
  invariant,
  ok,
  type Problem,
  problem,
  type Result,
  type RowChange,
  type ShardId,
} from '@fieldfare/kernel';
import * as Y from 'yjs';
import { createAcks } from './acks.ts';
import { createDocuments } from './documents.ts';
import { createEpochSteps } from './epoch-steps.ts';
import { createEpochs, placeOfStream, streamOf } from './epochs.ts';
import { GUARD_LIMITS } from './guard/limits.ts';
import { inspectUpdate, type Owner, type UpdateFacts } from './guard.ts';
import { createHousekeeping } from './housekeeping.ts';
import { createListeners } from './listeners.ts';
import { createLostEpochs } from './lost-epoch.ts';
import { createOutbox } from './outbox.ts';
import { CLIENTS_STREAM, createOwners, type Holder, SERVER } from './owners.ts';
import { createShardQueue } from './queue.ts';
import { createReceiver } from './receive.ts';
import { lackingIn, receivedRecord } from './replay.ts';
import { mergeOfTables, planWrites } from './rows/plan.ts';
import type { ShardDoc } from './rows/shard-doc.ts';
import { createSessions } from './sessions.ts';
import type { CommitReceipt, JournalRecord, Outgoing, Replica, ReplicaOptions, Source, Touched } from './types.ts';

/** SYN-EPOCH-OVER. */
const past = (): Result<never> =>
  fail(problem('conflict', 'the document has been begun anew since', { rule: 'SYN-EPOCH-OVER' }));

const closedProblem = (): Problem => problem('cancelled', 'the working copy is closed', { rule: 'SYN-REP-CLOSED' });

export async function createReplica(options: ReplicaOptions): Promise<Result<Replica>> {
  const { tenantId, journal, tables, random, authority = false, limits = GUARD_LIMITS } = options;
  /** How far this device's clock is ahead of the server's, as far as it is known. */
  let aheadMs = 0;
  const clock: Clock = { now: () => options.clock.now() - aheadMs };
  const mergeOf = mergeOfTables(tables);
  const queue = createShardQueue();
  /** What waits for an acknowledgement, and what was acknowledged, is kept by stream: epochs.ts. */
  const outbox = createOutbox();
  const epochs = createEpochs(journal.shards());
  const busy = (stream: ShardId): boolean => outbox.hasShard(stream) || !queue.idle(placeOfStream(stream).shard);
  const acks = createAcks({ journal, clock: options.clock, busy });
  /** Sessions of this device, those of this replica included, as far as their shards were read. */
  const ownClients = new Set<number>();
  const sessions = createSessions({
    clock,
    random,
    maxDriftMs: limits.maxDriftMs,
    onBegin: (clientId) => ownClients.add(clientId),
  });
  const { clientId, node } = sessions.current();
  const listeners = createListeners();
  let closing: Promise<void> | null = null;
  /** The server's own session is on record as its own. */
  let claimed = false;

  const clients = authority ? await journal.read(CLIENTS_STREAM) : ok([]);
  if (!clients.ok) return clients;
  const owners = authority ? createOwners(clients.value, options.isDeviceGone ?? (() => false)) : null;
  const inspectTrusted = (shard: ShardId, update: Uint8Array, known: ShardDoc): Result<UpdateFacts> =>
    inspectUpdate(update, { shard, known, tables, subject: null, ownerOf: () => 'sender', clock, limits });
  const documents = createDocuments({
    journal,
    epochs,
    mergeOf,
    outbox,
    acks,
    ownClients,
    authority,
    inspect: inspectTrusted,
    learn: sessions.learn,
    touch: listeners.touch,
    pendingChanged: listeners.pendingChanged,
  });

  // ---- changes --------------------------------------------------------------------------------------------------

  /** The server's own session is claimed with its first commit, like a device's. */
  const ownClaim = (): readonly JournalRecord[] =>
    owners === null || claimed ? [] : [owners.claim([clientId], SERVER)];

  async function commitNow(changes: readonly RowChange[], by: string, shards: readonly ShardId[]) {
    const open = new Map<ShardId, ShardDoc>();
    for (const shard of shards) {
      const doc = await documents.open(shard);
      if (!doc.ok) return doc;
      open.set(shard, doc.value);
    }
    const own = sessions.choose(open);
    for (const [shard, doc] of open) {
      // Read again with a hole in what this session wrote: a clock used twice would be taken for what the server has.
      if (doc.clock(own.clientId) < (own.written.get(epochs.stream(shard)) ?? 0)) {
        const message = 'a part of what was just written cannot be read back; close and open again to go on';
        return fail(problem('corrupt', message, { rule: 'SYN-REP-DISK' }));
      }
    }
    const docOf = (shard: ShardId): ShardDoc => {
      const doc = open.get(shard);
      invariant(doc !== undefined, 'a commit writes only the shards it has queued for');
      return doc;
    };
    const stamp = own.hlc.next();
    const plan = planWrites(changes, { stamp, by }, tables, mergeOf, docOf);
    if (!plan.ok) return plan;

    const updates: { readonly shard: ShardId; readonly update: Uint8Array }[] = [];
    for (const [shard, writes] of plan.value.writes) {
      for (const update of docOf(shard).encodeWrites(own.clientId, writes, limits.maxUpdateBytes)) {
        if (update.length > limits.maxUpdateBytes) {
          return fail(problem('too-large', 'a row has grown too large', { rule: 'SYN-COMMIT-SIZE' }));
        }
        updates.push({ shard, update });
      }
    }
    const before = [...acks.records(), ...ownClaim()];
    const locals = updates.map(
      ({ shard, update }): JournalRecord => ({ shard: epochs.stream(shard), kind: 'local', bytes: update }),
    );
    const appended = await journal.append([...before, ...locals]);
    if (!appended.ok) {
      await documents.backToDisk(shards);
      return appended;
    }
    acks.written(before);
    claimed = true;
    const touched: Touched[] = [];
    let seq = appended.value.firstSeq + before.length;
    for (const { shard, update } of updates) {
      const doc = docOf(shard);
      const rows = doc.apply([update]);
      const end = doc.clock(own.clientId);
      touched.push({ origin: 'local', shard, rows, update, clocks: new Map([[own.clientId, end]]), seq });
      own.written.set(epochs.stream(shard), end);
      sessions.learn(shard, stamp); // the clock may have been corrected meanwhile
      seq += 1;
      if (!authority) outbox.add(epochs.stream(shard), stamp, own.clientId, end);
    }
    for (const each of touched) listeners.touch(each);
    if (!authority) listeners.pendingChanged();
    const receipt: CommitReceipt = { stamp, seq: appended.value.lastSeq, before: plan.value.before };
    return ok(receipt);
  }

  // ---- what peers send ------------------------------------------------------------------------------------------

  const holderOf = ({ device, subject }: Source): Holder => ({
    device: device ?? `user ${subject ?? ''}`,
    user: subject ?? '',
  });

  function inspectFrom(shard: ShardId, update: Uint8Array, known: ShardDoc, from: Source): Result<UpdateFacts> {
    const { subject } = from;
    const holder = holderOf(from);
    const ownerOf = (client: number, end: number): Owner => {
      // nobody else can have written with it; the server may give back what our disk lost
      const ours = sessions.of(client);
      if (ours !== undefined)
        return subject === null && end <= (ours.written.get(epochs.stream(shard)) ?? 0) ? 'sender' : 'other';
      return owners === null || subject === null ? 'sender' : owners.ownerOf(client, holder);
    };
    return inspectUpdate(update, { shard, known, tables, subject, ownerOf, clock, limits });
  }

  const receive = createReceiver({
    journal,
    queue,
    documents,
    inspect(shard, { update, from }, known) {
      const { epoch } = from;
      return epoch !== undefined && epoch !== epochs.of(shard) ? past() : inspectFrom(shard, update, known, from);
    },
    recordsOf(shard, { update, from }, { claims }) {
      const { seal } = from;
      const record = receivedRecord(epochs.stream(shard), authority ? { update } : { update, ...(seal && { seal }) });
      // claimed in memory at once: another shard's update may be judged while this one is written
      return owners === null || claims.length === 0 ? [record] : [owners.claim(claims, holderOf(from)), record];
    },
    learn: sessions.learn,
    touch: listeners.touch,
  });

  /** SYN-REP-RETURN. Offered inside the shard's queue: no change of it can come in between. */
  async function offerNow(
    shard: ShardId,
    held: ReadonlyMap<number, number>,
    maxBytes: number,
    send: (outgoing: readonly Outgoing[]) => void,
  ): Promise<Result<void>> {
    const opened = await documents.open(shard);
    if (!opened.ok) return opened;
    const doc = opened.value;
    const lacking = [...doc.clocks()].filter(([client, end]) => end > (held.get(client) ?? 0));
    if (lacking.length === 0) {
      send([]);
      return ok(undefined);
    }
    if (lacking.every(([client]) => ownClients.has(client))) {
      const update = doc.diff(Y.encodeStateVector(new Map(held)));
      if (update.length <= maxBytes) {
        send([{ update }]);
        return ok(undefined);
      }
    }
    const records = await journal.read(epochs.stream(shard));
    if (!records.ok) return records;
    send(lackingIn(records.value, held));
    return ok(undefined);
  }

  const loadedDoc = (shard: ShardId): ShardDoc => {
    const doc = documents.get(shard);
    invariant(doc !== undefined, 'the shard must be loaded first');
    return doc;
  };

  const epochSteps = createEpochSteps({
    journal,
    epochs,
    documents,
    acks,
    outbox,
    sessions,
    owners,
    ownClients,
    listeners,
    mergeOf,
    inspect: inspectTrusted,
    clock,
    random,
    limits,
  });
  const lostEpochs = createLostEpochs({
    journal,
    epochs,
    documents,
    acks,
    sessions,
    owners,
    listeners,
    mergeOf,
    inspect: (shard, update, known, from = { subject: null }) => inspectFrom(shard, update, known, from),
    random,
    limits,
  });
  const compactAll = createHousekeeping({
    journal,
    queue,
    epochs,
    documents,
    acks,
    outbox,
    owners,
    ownClients,
    mergeOf,
    clock,
    authority,
    begin: epochSteps.begin,
  });

  // ---- what was pending when the journal was closed ---------------------------------------------------------------

  if (!authority) {
    for (const stream of journal.shards()) {
      const heads = journal.heads?.(stream);
      if (heads !== undefined && heads.local <= heads.ack) continue;
      const records = await journal.read(stream);
      if (!records.ok) return records;
      documents.takeStored(stream, records.value);
    }
  }

  const replica: Replica = {
    tenantId,
    clientId,
    node,
    async load(shards) {
      for (const shard of shards) {
        if (closing !== null) return fail(closedProblem());
        if (documents.isFresh(shard)) continue;
        const opened = await queue.run([shard], () => documents.open(shard));
        if (!opened.ok) return opened;
      }
      return ok(undefined);
    },
    loaded: documents.loaded,
    reached: listeners.reached,
    unload(shards) {
      for (const shard of shards) {
        if (queue.idle(shard)) documents.free(shard);
        else void queue.run([shard], async () => documents.free(shard));
      }
    },
    async commit(changes, by) {
      if (closing !== null) return fail(closedProblem());
      if (by === '') return fail(problem('invalid', 'a change needs its author', { rule: 'SYN-COMMIT-AUTHOR' }));
      if (changes.length === 0) return ok({ stamp: sessions.current().hlc.next(), seq: journal.lastSeq(), before: [] });
      const shards = [...new Set(changes.map((change) => change.shard))];
      return queue.run(shards, () => commitNow(changes, by, shards));
    },
    async receive(shard, update, from) {
      if (closing !== null) return fail(closedProblem());
      return receive(shard, update, from);
    },
    async offer(shard, held, maxBytes, send) {
      if (closing !== null) return fail(closedProblem());
      return queue.run([shard], () => offerNow(shard, held, maxBytes, send));
    },
    row: (shard, table, id) => documents.get(shard)?.row(table, id) ?? null,
    rows: (shard, table) => documents.get(shard)?.rows(table) ?? [],
    tables: (shard) => documents.get(shard)?.index.tables() ?? [],
    stateVector: (shard) => loadedDoc(shard).stateVector(),
    diff: (shard, stateVector) => loadedDoc(shard).diff(stateVector),
    epochOf: epochs.of,
    async beginEpoch(shard, after) {
      invariant(authority, 'epochs begin at the server');
      if (closing !== null) return fail(closedProblem());
      const begun = await queue.run([shard], () => epochSteps.begin(shard, () => epochs.of(shard) <= after, after));
      return begun.ok ? ok(undefined) : begun;
    },
    async enterEpoch(shard, epoch, whole) {
      invariant(!authority, 'the server begins epochs itself');
      if (closing !== null) return fail(closedProblem());
      return queue.run([shard], () => epochSteps.enter(shard, epoch, whole));
    },
    async lostEpoch(shard) {
      if (closing !== null) return fail(closedProblem());
      return queue.run([shard], () => lostEpochs.find(shard));
    },
    async takeBack(shard, epoch, updates, turn) {
      invariant(authority, 'what was lost comes back to the server');
      if (closing !== null) return fail(closedProblem());
      const lost = await lostEpochs.lostEntries(streamOf(shard, epoch), updates, turn);
      return lost.ok ? queue.run([shard], () => lostEpochs.putBack(shard, lost.value)) : lost;
    },
    acknowledged(shard, stateVector) {
      if (authority || closing !== null) return;
      const stream = epochs.stream(shard);
      acks.note(stream, stateVector);
      if (!outbox.acknowledge(stream, stateVector)) return;
      if (!outbox.hasShard(stream)) acks.settled(stream);
      acks.saveInTime();
      listeners.pendingChanged();
    },
    correctClock(ms) {
      aheadMs = ms;
      sessions.clockIsKnown(documents.loaded().flatMap((shard) => documents.get(shard) ?? []));
    },
    pending: () => ({
      count: outbox.count(),
      shards: [...new Set(outbox.shards().map((stream) => placeOfStream(stream).shard))],
    }),
    stored: () => ({
      journal: journal.stats(),
      shards: [
        ...new Set([...journal.shards().map((stream) => placeOfStream(stream).shard), ...documents.loaded()]),
      ].map((shard) => {
        const sum = { bytes: 0, frames: 0, pending: 0 };
        for (const stream of epochs.streams(shard)) {
          const { bytes, frames } = journal.size?.(stream) ?? { bytes: 0, frames: 0 };
          sum.bytes += bytes;
          sum.frames += frames;
          sum.pending += outbox.countOf(stream);
        }
        return { shard, ...sum, epoch: epochs.of(shard) };
      }),
    }),
    compact: (turn) => compactAll(turn, () => (closing === null ? null : closedProblem())),
    onTouched: listeners.onTouched,
    onPending: listeners.onPending,
    close() {
      closing ??= (async () => {
        await queue.drained();
        await acks.save();
        await journal.close();
        for (const shard of documents.loaded()) documents.free(shard);
      })();
      return closing;
    },
  };
  return ok(replica);
}
