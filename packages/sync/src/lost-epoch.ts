/**
 * What a restored server lost together with an epoch, given back by any laptop that still holds it (ADR 14).
 *
 * A server that is put back to before an epoch begins a later one (SYN-EPOCH-BEHIND), and everybody carries over what they
 * wrote themselves (carry.ts). What others wrote stands in the laptop's last document with the server's receipts: its first
 * update with all that the epoch began with, and every update since. Only together do they say in which tables the entries
 * lie, and they may build on what this laptop wrote, so all of it is given back together, over HTTP.
 *
 *  SYN-EPOCH-RETURN  what the server does not hold of the epoch before, and has given receipts for, is given back as soon as the
 *                    present epoch has been entered, before anything that is pending: that may build on it. The server
 *                    makes the lost document again, beside what it has of it itself, and writes the entries that have
 *                    receipts and that nobody has replaced into the present one, as they were: stamps, authors, contexts.
 *                    What the giver wrote is the giver's to carry over. Twice is as good as once
 */
import { fail, ok, problem, type Random, type Result, type ShardId } from '@fieldfare/kernel';
import * as decoding from 'lib0/decoding';
import * as encoding from 'lib0/encoding';
import * as Y from 'yjs';
import type { Acks } from './acks.ts';
import { isCovered } from './carry.ts';
import { type Documents, latestIn } from './documents.ts';
import { type Epochs, placeOfStream } from './epochs.ts';
import type { GuardLimits } from './guard/limits.ts';
import type { UpdateFacts } from './guard.ts';
import type { Listeners } from './listeners.ts';
import { isHeld } from './outbox.ts';
import { type Owners, SERVER } from './owners.ts';
import { SEAL_BYTES } from './protocol/codec.ts';
import type { Receipts } from './protocol/peer-options.ts';
import { joinWaiting, rebuildDoc } from './rebuild.ts';
import { receivedRecord, updateOf } from './replay.ts';
import { hasSeen } from './rows/fold.ts';
import { rehomed } from './rows/fresh.ts';
import type { IndexedEntry } from './rows/index.ts';
import type { mergeOfTables } from './rows/plan.ts';
import type { ShardDoc } from './rows/shard-doc.ts';
import { newClientId, type Sessions } from './sessions.ts';
import type { Journal, LostEpoch, Outgoing, Replica, Returned, RowEntry, Source, StoredRecord } from './types.ts';

/** Of all that is given back of one epoch at once. */
export const MAX_LOST_BYTES = 32 * 1024 * 1024;
export const MAX_LOST_UPDATES = 20_000;
/** Updates between two turns of others: some milliseconds. */
const SLICE = 32;
/** Of looking again at what had to wait: they come in order, but for what a damaged disk gave back. */
const PASSES = 3;

const RULE = 'SYN-EPOCH-RETURN';

/** One after another: whether there is a receipt, the receipt, the update behind its length. */
export function encodeLost(updates: readonly Outgoing[]): Uint8Array {
  const out = encoding.createEncoder();
  for (const { update, seal } of updates) {
    encoding.writeUint8(out, seal === undefined ? 0 : 1);
    if (seal !== undefined) encoding.writeUint8Array(out, seal);
    encoding.writeVarUint8Array(out, update);
  }
  return encoding.toUint8Array(out);
}

export function decodeLost(bytes: Uint8Array): Result<readonly Outgoing[]> {
  const decoder = decoding.createDecoder(bytes);
  const updates: Outgoing[] = [];
  try {
    while (decoding.hasContent(decoder)) {
      const sealed = decoding.readUint8(decoder) === 1;
      const seal = sealed ? { seal: decoding.readUint8Array(decoder, SEAL_BYTES) } : {};
      updates.push({ update: decoding.readVarUint8Array(decoder), ...seal });
    }
    return ok(updates);
  } catch {
    return fail(problem('invalid', 'the updates cannot be read', { rule: RULE }));
  }
}

/** At the server, from somebody who may read the shard: all of it or, when one receipt is false, nothing. How many entries came back. */
export async function takeBackLost(
  replica: Pick<Replica, 'takeBack'>,
  receipts: Pick<Receipts, 'holds'>,
  giver: Pick<Source, 'subject' | 'device'>,
  stream: ShardId,
  updates: readonly Outgoing[],
  turn: () => Promise<void>,
): Promise<Result<number>> {
  const { shard, epoch } = placeOfStream(stream);
  if (updates.length > MAX_LOST_UPDATES) {
    return fail(problem('too-large', 'these are more updates than are taken back at once', { rule: RULE }));
  }
  const returned: Returned[] = [];
  const seals = new Set<string>();
  for (const [i, { update, seal }] of updates.entries()) {
    if (i % SLICE === SLICE - 1) await turn();
    if (seal !== undefined && !receipts.holds(stream, update, seal)) {
      return fail(problem('forbidden', 'these updates were never here', { rule: 'SYN-PEER-RECEIPT' }));
    }
    const name = seal?.join() ?? '';
    if (seals.has(name)) continue; // given twice
    if (seal !== undefined) seals.add(name);
    returned.push({ update, from: seal === undefined ? giver : { subject: null } });
  }
  return replica.takeBack(shard, epoch, returned, turn);
}

export interface LostEpochs {
  /** On a laptop. Null: what the server holds has seen all that stood in the epoch before. */
  find(shard: ShardId): Promise<Result<LostEpoch | null>>;
  /** At the server: what these updates wrote in a stream that is over. `turn`: awaited now and then. Needs no queue. */
  lostEntries(
    stream: ShardId,
    updates: readonly Returned[],
    turn: () => Promise<void>,
  ): Promise<Result<readonly IndexedEntry[]>>;
  /** Writes what the present document lacks of them. How many that were. */
  putBack(shard: ShardId, entries: readonly IndexedEntry[]): Promise<Result<number>>;
}

/** Whoever calls `find` and `putBack` has the shard's queue. */
export function createLostEpochs(options: {
  readonly journal: Pick<Journal, 'append' | 'read'>;
  readonly epochs: Epochs;
  readonly documents: Documents;
  readonly acks: Pick<Acks, 'heldOf'>;
  readonly sessions: Pick<Sessions, 'learn'>;
  /** Of the server; null on a laptop. */
  readonly owners: Owners | null;
  readonly listeners: Pick<Listeners, 'touch'>;
  readonly mergeOf: ReturnType<typeof mergeOfTables>;
  /** Without `from`: what we have had, or sent, ourselves. */
  readonly inspect: (shard: ShardId, update: Uint8Array, known: ShardDoc, from?: Source) => Result<UpdateFacts>;
  readonly random: Random;
  readonly limits: GuardLimits;
}): LostEpochs {
  const { journal, epochs, documents, acks, sessions, owners, listeners, mergeOf, inspect, random, limits } = options;

  async function find(shard: ShardId): Promise<Result<LostEpoch | null>> {
    const before = epochs.streams(shard).findLast((stream) => !epochs.isPresent(stream));
    if (before === undefined) return ok(null);
    const theirs = await serversDoc(epochs.stream(shard));
    if (!theirs.ok) return theirs;
    const read = await documents.readStream(before);
    if (!read.ok) return read;
    const { doc, records } = read.value;
    const updates = records.flatMap(givenOf);
    const entries = updates.flatMap(({ update, seal }) => (seal === undefined ? [] : entriesOf(update, doc)));
    const isLacking = lackingOf(newestOf(entries), theirs.value).length > 0;
    for (const each of [doc, theirs.value]) each.destroy();
    return ok(isLacking ? { epoch: placeOfStream(before).epoch, updates } : null);
  }

  /** What the server holds of a stream, as far as it was told here. What is pending may have seen what the server has not. */
  async function serversDoc(stream: ShardId): Promise<Result<ShardDoc>> {
    const records = await journal.read(stream);
    if (!records.ok) return records;
    const held = acks.heldOf(stream);
    const updates = records.value.flatMap((record): StoredRecord[] => {
      const bytes = updateOf(record);
      const isPending = record.kind === 'local' && !isHeld(record.bytes, held);
      return bytes === null || isPending ? [] : [{ ...record, bytes }];
    });
    const { shard } = placeOfStream(stream);
    return ok(rebuildDoc(shard, mergeOf, updates, (update, known) => inspect(shard, update, known)).doc);
  }

  async function lostEntries(stream: ShardId, updates: readonly Returned[], turn: () => Promise<void>) {
    const { shard, epoch } = placeOfStream(stream);
    if (epoch >= epochs.of(shard)) return fail(problem('conflict', 'this epoch is not over here', { rule: RULE }));
    const read = await documents.readStream(stream);
    if (!read.ok) return read;
    const { doc } = read.value;
    let waiting = updates;
    for (let pass = 0; pass < PASSES && waiting.length > 0; pass++) {
      const left: Returned[] = [];
      for (const [i, each] of waiting.entries()) {
        if (i % SLICE === SLICE - 1) await turn();
        const record = { shard: stream, kind: 'remote' as const, bytes: each.update, seq: i };
        const joined = joinWaiting(doc, [record], (update, known) => inspect(shard, update, known, each.from));
        if (joined.waiting.length > 0) left.push(each);
      }
      if (left.length === waiting.length) break;
      waiting = left;
    }
    const entries: IndexedEntry[] = [];
    for (const { update, from } of updates) {
      if (from.subject !== null) continue;
      await turn();
      for (const entry of entriesOf(update, doc)) entries.push(entry);
    }
    doc.destroy();
    return ok(newestOf(entries));
  }

  async function putBack(shard: ShardId, entries: readonly IndexedEntry[]): Promise<Result<number>> {
    const opened = await documents.open(shard);
    if (!opened.ok) return opened;
    const lacking = lackingOf(entries, opened.value);
    const written = lacking.length === 0 ? ok(undefined) : await write(shard, opened.value, lacking);
    return written.ok ? ok(lacking.length) : written;
  }

  /** By a session of its own, as an epoch's first update is. */
  async function write(shard: ShardId, doc: ShardDoc, lacking: readonly IndexedEntry[]): Promise<Result<void>> {
    const client = newClientId(random.bytes(6));
    if (doc.clock(client) > 0 || owners?.ownerOf(client, SERVER) !== 'nobody') {
      return fail(problem('conflict', 'no session for it; try again', { rule: RULE }));
    }
    const writes = lacking.map((each) => ({ table: each.table, entry: rehomed(each) }));
    const updates = doc.encodeWrites(client, writes, limits.maxUpdateBytes);
    const records = updates.map((update) => receivedRecord(epochs.stream(shard), { update }));
    const appended = await journal.append([owners.claim([client], SERVER), ...records]);
    if (!appended.ok) {
      await documents.backToDisk([shard]);
      return appended;
    }
    for (const [i, update] of updates.entries()) {
      const rows = doc.apply([update]);
      const clocks = new Map([[client, doc.clock(client)]]);
      listeners.touch({ origin: 'remote', shard, rows, update, clocks, seq: appended.value.firstSeq + 1 + i });
    }
    const latest = latestIn(doc);
    if (latest !== null) sessions.learn(shard, latest);
    return ok(undefined);
  }

  return { find, lostEntries, putBack };
}

/** Those that no standing entry of `present` has seen. */
const lackingOf = (entries: readonly IndexedEntry[], present: ShardDoc): IndexedEntry[] =>
  entries.filter(({ table, entry }) => !isCovered(present.index.live(table, entry.k), entry));

/** Everything that an update wrote, whether it stands in `doc` or not: there the giver may have written on. */
function entriesOf(update: Uint8Array, doc: ShardDoc): IndexedEntry[] {
  const entries: IndexedEntry[] = [];
  for (const struct of Y.decodeUpdate(update).structs) {
    if (!(struct instanceof Y.Item) || !(struct.content instanceof Y.ContentAny)) continue;
    const { client } = struct.id;
    for (const [i, entry] of (struct.content.arr as RowEntry[]).entries()) {
      const clock = struct.id.clock + i;
      const table = doc.tableAt(client, clock);
      if (table !== null) entries.push({ client, clock, table, entry });
    }
  }
  return entries;
}

/** Without those that another one has seen. Of equal ones the first. */
function newestOf(entries: readonly IndexedEntry[]): IndexedEntry[] {
  const byRow = new Map<string, IndexedEntry[]>();
  for (const each of entries) {
    const row = `${each.table} ${each.entry.k}`;
    const known = byRow.get(row) ?? [];
    if (isCovered(known, each.entry)) continue;
    byRow.set(row, [...known.filter(({ entry }) => !hasSeen(each.entry, entry)), each]);
  }
  return [...byRow.values()].flat();
}

function givenOf({ kind, bytes }: StoredRecord): readonly Outgoing[] {
  if (kind === 'local') return [{ update: bytes }];
  return kind === 'sealed' ? [{ update: bytes.subarray(SEAL_BYTES), seal: bytes.slice(0, SEAL_BYTES) }] : [];
}
