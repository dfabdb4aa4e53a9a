/**
 * What peers send, on its way into a shard: guard → journal append and flush → apply → told.
 *
 * A flush takes milliseconds, and a shard in which ten people type gets several updates meanwhile. If each had to wait for
 * the flush of the one before, the disk's latency would bound how much a shard takes, however idle the processor.
 *
 *  SYN-REP-TOGETHER  updates that wait for the same shard are stored with one append, as far as they have nothing to do with
 *                    each other; the outcome is as if each had waited for the one before
 *
 * All are judged by the document as it stands, without the others. That is the same as one after another because
 *  - what the guard asks of the document concerns the update's sessions (client ids) and rows: an update that has one of
 *    them in common with an earlier one of the batch waits for the next batch. It must: each of two entries may be what
 *    covers the deletion of the other (SYN-GUARD-DELETE), and both would go
 *  - an update that is refused may lack what an earlier one of the batch brings: it waits too, and is judged again. Only what
 *    is refused by the document alone is refused
 *  - what is new nowhere is so beside whatever else
 *
 * One who writes fast has several updates in the line, all of one session. They would wait for a batch each.
 *
 *  SYN-REP-JOINED    updates of one sender and session that follow each other are judged, stored and passed on as the one
 *                    update that they make together (join.ts): the sender might have sent that one. When it is refused, each
 *                    of them is judged by itself
 */
import { ok, type Result, type ShardId } from '@fieldfare/kernel';
import type { Documents } from './documents.ts';
import type { UpdateFacts } from './guard.ts';
import { joinFirst } from './join.ts';
import { clientOf } from './outbox.ts';
import type { ShardQueue } from './queue.ts';
import type { ShardDoc } from './rows/shard-doc.ts';
import type { Journal, JournalRecord, Source, Touched } from './types.ts';

/** Of one batch. */
const MAX_UPDATES = 64;
const MAX_BYTES = 1024 * 1024;
/** Of what is joined to one update. */
const MAX_JOINED = 64;
const MAX_JOINED_BYTES = 64 * 1024;

export interface Arrival {
  readonly update: Uint8Array;
  readonly from: Source;
}

/** True: something in it was new, and whoever listens has been told. */
type Answer = Result<boolean>;

interface Waiting extends Arrival {
  /** What it made together with others was refused. */
  alone: boolean;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: unknown) => void;
}

/** An update that one or more of those in the line make. */
interface Judged extends Arrival {
  readonly members: readonly Waiting[];
}

interface Taken extends Judged {
  readonly facts: UpdateFacts;
}

/** Those in the line that may be part of one update with the first of it. */
function joinable(line: readonly Waiting[]): readonly Waiting[] {
  const [first] = line;
  if (first === undefined || first.alone || first.from.subject === null || first.from.sender === undefined)
    return line.slice(0, 1);
  const members: Waiting[] = [];
  let bytes = 0;
  for (const next of line) {
    if (next.from.sender !== first.from.sender) continue;
    const { subject, device, epoch } = next.from;
    const alike = subject === first.from.subject && device === first.from.device && epoch === first.from.epoch;
    bytes += next.update.length;
    const fits = members.length < MAX_JOINED && (next === first || bytes <= MAX_JOINED_BYTES);
    if (next.alone || !alike || !fits) break;
    members.push(next);
  }
  return members;
}

function joined(line: readonly Waiting[], from: Source): Judged {
  const members = joinable(line);
  const { update, count } = joinFirst(members.map((member) => member.update));
  return { update, from, members: members.slice(0, count) };
}

export function createReceiver(options: {
  readonly journal: Pick<Journal, 'append'>;
  readonly queue: ShardQueue;
  readonly documents: Pick<Documents, 'open' | 'backToDisk' | 'joinLate'>;
  readonly inspect: (shard: ShardId, arrival: Arrival, known: ShardDoc) => Result<UpdateFacts>;
  /** What the journal keeps of it, itself last. Called once for an update that is taken, before it is durable. */
  readonly recordsOf: (shard: ShardId, arrival: Arrival, facts: UpdateFacts) => readonly JournalRecord[];
  readonly learn: (shard: ShardId, stamp: string) => void;
  readonly touch: (touched: Touched) => void;
}): (shard: ShardId, update: Uint8Array, from: Source) => Promise<Answer> {
  const { journal, queue, documents, inspect, recordsOf, learn, touch } = options;
  const lines = new Map<ShardId, Waiting[]>();

  /** Takes from the line what may be stored together; answers what is refused and what is new nowhere. */
  function takeBatch(shard: ShardId, line: Waiting[], doc: ShardDoc): Taken[] {
    const batch: Taken[] = [];
    const clients = new Set<number>();
    const rows = new Set<string>();
    let bytes = 0;
    for (let [next] = line; next !== undefined; [next] = line) {
      const first = batch.length === 0;
      if (!first && (batch.length === MAX_UPDATES || bytes + next.update.length > MAX_BYTES)) break;
      if (clients.has(clientOf(next.update) ?? 0)) break;
      const judged = joined(line, next.from);
      const { members, update } = judged;
      const facts = inspect(shard, judged, doc);
      if (!facts.ok && !first) break;
      if (!facts.ok && members.length > 1) {
        for (const member of members) member.alone = true;
        continue;
      }
      if (facts.ok && !facts.value.noop) {
        const ofClients = [...facts.value.clocks.keys()];
        const ofRows = facts.value.rows;
        if (ofClients.some((client) => clients.has(client)) || ofRows.some((row) => rows.has(row))) break;
        for (const client of ofClients) clients.add(client);
        for (const row of ofRows) rows.add(row);
        bytes += update.length;
        batch.push({ ...judged, facts: facts.value });
      }
      for (const member of members) {
        line.splice(line.indexOf(member), 1);
        if (!facts.ok) member.resolve(facts);
        else if (facts.value.noop) member.resolve(ok(false));
      }
    }
    return batch;
  }

  async function store(shard: ShardId, doc: ShardDoc, batch: readonly Taken[]): Promise<Answer> {
    const records: JournalRecord[] = [];
    const places: number[] = [];
    for (const taken of batch) {
      records.push(...recordsOf(shard, taken, taken.facts));
      places.push(records.length - 1);
    }
    const appended = await journal.append(records);
    if (!appended.ok) {
      await documents.backToDisk([shard]);
      return appended;
    }
    for (const [i, { update, from, facts }] of batch.entries()) {
      if (facts.latest !== null) learn(shard, facts.latest);
      const rows = doc.apply([update], facts.read);
      const seq = appended.value.firstSeq + (places[i] ?? 0);
      const told = from.sender === undefined ? {} : { sender: from.sender };
      touch({ origin: 'remote', shard, rows, update, clocks: facts.clocks, seq, ...told });
    }
    documents.joinLate(shard, doc);
    return ok(true);
  }

  async function takeSome(shard: ShardId, line: Waiting[]): Promise<void> {
    let answered: readonly Waiting[] = line.slice();
    try {
      const opened = await documents.open(shard);
      let result: Answer;
      if (opened.ok) {
        const batch = takeBatch(shard, line, opened.value);
        answered = batch.flatMap(({ members }) => members);
        result = batch.length === 0 ? ok(false) : await store(shard, opened.value, batch);
      } else {
        answered = line.splice(0);
        result = opened;
      }
      for (const { resolve } of answered) resolve(result);
    } catch (error) {
      for (const { reject } of answered) reject(error);
      lines.set(
        shard,
        line.filter((waiting) => !answered.includes(waiting)),
      );
    }
    next(shard);
  }

  /** Takes its turn among the shard's other tasks, as often as there is something in the line. */
  function next(shard: ShardId): void {
    const line = lines.get(shard) ?? [];
    if (line.length === 0) lines.delete(shard);
    else void queue.run([shard], () => takeSome(shard, line));
  }

  return (shard, update, from) =>
    new Promise((resolve, reject) => {
      const line = lines.get(shard);
      lines.set(shard, line ?? []);
      lines.get(shard)?.push({ update, from, alone: false, resolve, reject });
      if (line === undefined) next(shard);
    });
}
