/**
 * Account records in PostgreSQL, for several processes: each has all of them in memory and follows the others' changes by
 * their numbers. A notification says that there are some; a look every second finds what a lost one did not say.
 *
 * A write carries the number it expects to be next. The one row that holds the last number puts writes of all processes
 * in one order; whoever was too late takes in what came before and decides again (`exclusive`).
 *
 *  ACC-SHARED  what one process wrote is known to the others, in one order, within a second or two; of two that decide on
 *              the same state, one decides again
 */
import { FileError, fail, ok, type Random, type Result } from '@fieldfare/kernel';
import type { Database } from '@fieldfare/sync/postgres';
import { createTurns } from '../turns.ts';
import { RECORDS, type RecordChange, type RecordKind } from './model.ts';
import { createChanged, noRecords, put, type RecordStore, storageProblem } from './records.ts';
import { seal, unseal } from './seal.ts';

const CHANNEL = 'fieldfare_records';
const LOOK_MS = 1_000;
/** Writers that lose this often in a row meet a storm, or a fault. */
const ATTEMPTS = 50;

const contextOf = (kind: string, id: string, seq: number): string => `records|${kind}|${id}|${seq}`;

/** Another process wrote first. */
class StaleError extends Error {}

export async function openDatabaseRecords(options: {
  readonly database: Database;
  readonly key: Uint8Array;
  readonly random: Random;
}): Promise<Result<RecordStore>> {
  const { database, key, random } = options;
  const records = noRecords();
  const changed = createChanged();
  const looks = createTurns();
  const decisions = createTurns();
  let seq = 0;
  let damaged = 0;

  const encode = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));

  /** Null when it is none that this build wrote. */
  function changeOf(kind: string, id: string, at: number, sealed: Uint8Array | null): RecordChange | null {
    if (!Object.hasOwn(RECORDS, kind)) return null;
    const known = kind as RecordKind;
    if (sealed === null) return { kind: known, id, value: null };
    const plain = unseal(key, sealed, contextOf(kind, id, at));
    if (plain === null) return null;
    const parsed = RECORDS[known].safeParse(JSON.parse(new TextDecoder().decode(plain)));
    return parsed.success ? ({ kind: known, id, value: parsed.data } as RecordChange) : null;
  }

  async function look(): Promise<void> {
    const { rows } = await database.query(
      'select kind, id, seq, sealed from fieldfare.records where seq > $1 order by seq',
      [seq],
    );
    const changes: RecordChange[] = [];
    for (const row of rows) {
      const at = Number(row.seq);
      const change = changeOf(String(row.kind), String(row.id), at, row.sealed as Uint8Array | null);
      if (change === null) damaged += 1;
      else changes.push(change);
      seq = at;
    }
    put(records, changes);
    if (changes.length > 0) changed.tell(changes);
  }
  const catchUp = (): Promise<void> => looks.run(look);
  const catchUpQuietly = (): void => void catchUp().catch(() => undefined); // the next look will do

  /** Throws `StaleError` when another process wrote since this one looked. */
  async function attempt(changes: readonly RecordChange[]): Promise<Result<void>> {
    const next = seq + 1;
    try {
      await database.transaction(async ({ query }) => {
        const { count } = await query('update fieldfare.cluster set record_seq = $1 where record_seq = $2', [
          next,
          next - 1,
        ]);
        if (count === 0) throw new StaleError();
        for (const { kind, id, value } of changes) {
          const sealed = value === null ? null : seal(key, encode(value), contextOf(kind, id, next), random);
          await query(
            `insert into fieldfare.records (kind, id, seq, sealed) values ($1, $2, $3, $4)
             on conflict (kind, id) do update set seq = $3, sealed = $4`,
            [kind, id, next, sealed],
          );
        }
        await query('select pg_notify($1, $2)', [CHANNEL, String(next)]);
      });
      await catchUp(); // its own change comes back in its place among the others'
      return ok(undefined);
    } catch (error) {
      if (error instanceof FileError) return fail(storageProblem(error));
      throw error;
    }
  }

  /** `work`, again and again until no other process came between. */
  async function repeated<T>(work: () => Promise<T>): Promise<T> {
    for (let left = ATTEMPTS; ; left -= 1) {
      try {
        return await work();
      } catch (error) {
        if (!(error instanceof StaleError) || left === 0) throw error;
        await catchUp();
      }
    }
  }

  try {
    await catchUp();
  } catch (error) {
    if (error instanceof FileError) return fail(storageProblem(error));
    throw error;
  }
  const deaf = database.listen(CHANNEL, catchUpQuietly);
  const timer = setInterval(catchUpQuietly, LOOK_MS);
  timer.unref();

  return ok({
    records,
    write: (changes) => repeated(() => attempt(changes)),
    exclusive: (work) =>
      decisions.run(() =>
        repeated(async () => {
          await catchUp();
          return work(attempt);
        }),
      ),
    async refresh() {
      await catchUp().catch(() => undefined);
    },
    onChanged: changed.on,
    damagedLines: () => damaged,
    async close() {
      clearInterval(timer);
      deaf();
      await decisions.idle();
      await looks.idle();
    },
  });
}
