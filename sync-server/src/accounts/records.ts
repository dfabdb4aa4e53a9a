/**
 * The durable map under accounts: everything in memory, every change in a sealed log before it counts.
 *
 * `accounts.snapshot` holds all records and a generation; `accounts-<generation>.log` holds one line a change batch,
 * `<seq>:<base64 of the sealed batch>`. Compaction writes the next generation's snapshot (atomic replace) and only
 * then drops the old log, so that a crash at any point leaves one whole truth.
 *
 *  ACC-DURABLE  `write` resolves ok only after the batch is on stable storage; memory changes after that
 *  ACC-WHOLE    a batch is there whole or not at all
 *  ACC-KEY      a wrong key opens nothing and changes nothing
 *  ACC-DAMAGE   a torn last line is cut, a damaged line is skipped and counted; the rest is served
 */
import {
  type AppendFile,
  FileError,
  type FileStore,
  fail,
  ok,
  problem,
  type Random,
  type Result,
} from '@fieldfare/kernel';
import { z } from 'zod';
import { createTurns } from '../turns.ts';
import { RECORDS, type RecordChange, type RecordKind, type Records } from './model.ts';
import { seal, unseal } from './seal.ts';

const SNAPSHOT = 'accounts.snapshot';
const SNAPSHOT_CONTEXT = 'accounts|snapshot';
const logName = (generation: number): string => `accounts-${generation}.log`;
const lineContext = (generation: number, seq: number): string => `accounts|${generation}|${seq}`;

const rawChange = z.object({ kind: z.enum(Object.keys(RECORDS) as [RecordKind]), id: z.string(), value: z.unknown() });
const rawBatch = z.array(rawChange);
const rawSnapshot = z.object({ generation: z.int(), records: rawBatch });

export interface RecordStore {
  readonly records: Records;
  /** Durable, in call order. */
  write(changes: readonly RecordChange[]): Promise<Result<void>>;
  /**
   * For whoever decides on what it reads: nothing else is written between `work`'s first look and its `write`. Where several
   * processes write to the store, `work` is done again when another was quicker; it must change nothing else.
   */
  exclusive<T>(work: (write: RecordStore['write']) => Promise<T>): Promise<T>;
  /** Takes in what other processes wrote until now. */
  refresh(): Promise<void>;
  /** After changes that this or another process made are in memory. */
  onChanged(listener: (changes: readonly RecordChange[]) => void): () => void;
  /** Lines that could not be read when the store was opened. */
  damagedLines(): number;
  close(): Promise<void>;
}

export async function openRecords(options: {
  readonly files: FileStore;
  readonly key: Uint8Array;
  readonly random: Random;
  /** Lines in the log after which a snapshot is written. */
  readonly compactAfter?: number;
}): Promise<Result<RecordStore>> {
  const { files, key, random, compactAfter = 4000 } = options;
  const records = noRecords();
  const changed = createChanged();
  const encode = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));

  /** False when the content is none that this build wrote. */
  function apply(raw: z.infer<typeof rawBatch>): boolean {
    const parsed: [Map<string, unknown>, string, unknown][] = [];
    for (const { kind, id, value } of raw) {
      const record = value === null ? null : RECORDS[kind].safeParse(value);
      if (record && !record.success) return false;
      parsed.push([records[kind], id, record?.data ?? null]);
    }
    for (const [map, id, value] of parsed) {
      if (value === null) map.delete(id);
      else map.set(id, value);
    }
    return true;
  }

  function parseSealed<T>(schema: z.ZodType<T>, sealed: Uint8Array, context: string): T | null {
    const plain = unseal(key, sealed, context);
    if (!plain) return null;
    const parsed = schema.safeParse(JSON.parse(new TextDecoder().decode(plain)));
    return parsed.success ? parsed.data : null;
  }

  async function writeSnapshot(next: number): Promise<void> {
    const all = (Object.keys(records) as RecordKind[]).flatMap((kind) =>
      [...records[kind]].map(([id, value]) => ({ kind, id, value })),
    );
    await files.replace(SNAPSHOT, seal(key, encode({ generation: next, records: all }), SNAPSHOT_CONTEXT, random));
  }

  let generation = 1;
  let damaged = 0;
  let seq = 0;
  let lines = 0;
  let log: AppendFile;
  let broken: FileError | null = null;

  try {
    const stored = await files.readAll(SNAPSHOT);
    if (stored) {
      const snapshot = parseSealed(rawSnapshot, stored, SNAPSHOT_CONTEXT);
      if (!snapshot || !apply(snapshot.records)) {
        return fail(
          problem('corrupt', 'the account store cannot be read: wrong data key, or a damaged accounts.snapshot', {
            rule: 'ACC-KEY',
          }),
        );
      }
      generation = snapshot.generation;
    } else {
      await writeSnapshot(generation); // from now on the key can be checked
    }
    for (const name of await files.list()) {
      if (name.startsWith('accounts-') && name !== logName(generation)) await files.remove(name);
    }
    log = await files.open(logName(generation));
    const bytes = await log.read(0, log.size());
    const end = bytes.lastIndexOf(0x0a) + 1;
    if (end < bytes.length) {
      damaged += 1;
      await log.truncate(end);
      await log.flush();
    }
    for (const line of new TextDecoder().decode(bytes.subarray(0, end)).split('\n').slice(0, -1)) {
      lines += 1;
      const [head = '', body = ''] = line.split(':');
      const number = Number(head);
      const batch = parseSealed(rawBatch, Buffer.from(body, 'base64'), lineContext(generation, number));
      if (batch && number > seq && apply(batch)) seq = number;
      else damaged += 1;
    }
    // A damaged line may have held the highest number: never use a number twice.
    seq += damaged;
  } catch (error) {
    if (error instanceof FileError) return fail(storageProblem(error));
    throw error;
  }

  async function compact(): Promise<void> {
    const next = generation + 1;
    await writeSnapshot(next);
    const old = log;
    log = await files.open(logName(next));
    await old.close();
    await files.remove(logName(generation));
    generation = next;
    lines = 0;
    seq = 0;
  }

  async function append(changes: readonly RecordChange[]): Promise<Result<void>> {
    if (broken) return fail(storageProblem(broken));
    const number = seq + 1;
    const sealed = seal(key, encode(changes), lineContext(generation, number), random);
    const size = log.size();
    try {
      await log.append(new TextEncoder().encode(`${number}:${Buffer.from(sealed).toString('base64')}\n`));
      await log.flush();
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      try {
        await log.truncate(size);
        await log.flush();
      } catch {
        broken = error; // the tail is unknown: only a restart can tell what stands
      }
      return fail(storageProblem(error));
    }
    seq = number;
    lines += 1;
    put(records, changes);
    changed.tell(changes);
    if (lines >= compactAfter) {
      try {
        await compact();
      } catch (error) {
        if (!(error instanceof FileError)) throw error;
        broken = error;
      }
    }
    return ok(undefined);
  }

  const writes = createTurns();
  const decisions = createTurns();
  const write = (changes: readonly RecordChange[]): Promise<Result<void>> => writes.run(() => append(changes));
  return ok({
    records,
    write,
    exclusive: (work) => decisions.run(() => work(write)),
    refresh: async () => undefined,
    onChanged: changed.on,
    damagedLines: () => damaged,
    async close() {
      await writes.idle();
      await log.close();
      await files.close();
    },
  });
}

export const noRecords = (): Records => ({
  tenant: new Map(),
  account: new Map(),
  device: new Map(),
  session: new Map(),
});

export function put(records: Records, changes: readonly RecordChange[]): void {
  for (const { kind, id, value } of changes) {
    const map: Map<string, unknown> = records[kind];
    if (value === null) map.delete(id);
    else map.set(id, value);
  }
}

/** Those who want to hear of changes. */
export function createChanged(): {
  on: RecordStore['onChanged'];
  tell(changes: readonly RecordChange[]): void;
} {
  const listeners = new Set<(changes: readonly RecordChange[]) => void>();
  return {
    on(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    tell(changes) {
      for (const listener of listeners) listener(changes);
    },
  };
}

export function storageProblem(error: FileError): ReturnType<typeof problem> {
  if (error.code === 'full') return problem('storage-full', "the server's disk is full", { rule: 'ACC-DURABLE' });
  return problem('storage-failed', 'the account store could not be read or written', { rule: 'ACC-DURABLE' });
}
