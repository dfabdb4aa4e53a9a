/** A small table, replicas of it over memory journals, and steps that tests share. */
import {
  type AnyTable,
  type Clock,
  defineTable,
  deterministicId,
  type JsonValue,
  type RowChange,
  type ShardId,
  scheduleShard,
  seededRandom,
  tablesOf,
  unwrap,
} from '@fieldfare/kernel';
import { z } from 'zod';
import { createReplica } from '../src/replica.ts';
import type { FoldedRow, Replica, ReplicaOptions } from '../src/types.ts';
import { createMemoryJournal, type MemoryJournal } from './memory-journal.ts';

export const REGION = deterministicId('region', 1);
export const WEEK = '2026-W40';
export const SHARD: ShardId = scheduleShard(REGION, WEEK);
export const OTHER_SHARD: ShardId = scheduleShard(REGION, '2026-W41');
export const START = Date.UTC(2026, 9, 1, 8);

const columns = {
  regionId: z.uuid(),
  week: z.string(),
  title: z.string().max(200),
  start: z.string().nullable(),
  minutes: z.int().min(5).max(720),
  doneAt: z.string().nullable(),
};

const declare = (version: number, more: z.ZodRawShape): AnyTable =>
  defineTable({
    name: 'visits',
    about: 'test rows',
    version,
    sync: 'replicated',
    shardKind: 'schedule',
    shardOf: (row) => scheduleShard(String(row.regionId), String(row.week)),
    shardFields: ['regionId', 'week'],
    columns: { ...columns, ...more },
    merge: { doneAt: 'earliest' },
  }) as AnyTable;

export const visits = declare(1, {});
/** What a later build will know. */
export const visitsV2 = declare(2, { colour: z.string().optional() });

const registry = (table: AnyTable) => tablesOf([{ name: 'test', about: 'test', tables: [table], router: null }]);
export const TABLES = registry(visits);
export const TABLES_V2 = registry(visitsV2);

export const idOf = (n: number): string => deterministicId('visit', n);

export const create = (n: number, set: Readonly<Record<string, JsonValue>> = {}, shard = SHARD): RowChange => ({
  table: 'visits',
  shard,
  id: idOf(n),
  set: {
    regionId: REGION,
    week: shard === SHARD ? WEEK : '2026-W41',
    title: 'visit',
    start: null,
    minutes: 30,
    doneAt: null,
    ...set,
  },
});

export const change = (n: number, set: Readonly<Record<string, JsonValue>>, shard = SHARD): RowChange => ({
  table: 'visits',
  shard,
  id: idOf(n),
  set,
});

export interface TestClock extends Clock {
  time: number;
}

export const createClock = (time = START): TestClock => ({
  time,
  now() {
    return this.time;
  },
});

export interface Desk {
  readonly replica: Replica;
  readonly journal: MemoryJournal;
  readonly clock: TestClock;
  readonly user: string;
  commit(...changes: RowChange[]): Promise<Uint8Array>;
  row(n: number, shard?: ShardId): FoldedRow | null;
}

export async function openDesk(
  seed: number,
  options: Partial<Omit<ReplicaOptions, 'clock'>> & {
    readonly memory?: MemoryJournal;
    readonly clock?: TestClock;
  } = {},
): Promise<Desk> {
  const journal = options.memory ?? createMemoryJournal();
  const clock = options.clock ?? createClock();
  const replica = unwrap(
    await createReplica({
      tenantId: 'tenant',
      journal: options.journal ?? journal,
      tables: options.tables ?? TABLES,
      clock,
      random: options.random ?? seededRandom(seed),
      ...(options.authority === undefined ? {} : { authority: options.authority }),
      ...(options.limits === undefined ? {} : { limits: options.limits }),
      ...(options.isDeviceGone === undefined ? {} : { isDeviceGone: options.isDeviceGone }),
    }),
  );
  unwrap(await replica.load([SHARD]));
  const user = `user-${seed}`;
  return {
    replica,
    journal,
    clock,
    user,
    /** Commits and returns the update made in the first shard touched. */
    async commit(...changes) {
      let update: Uint8Array | undefined;
      const stop = replica.onTouched((touched) => {
        if (touched.origin === 'local') update ??= touched.update;
      });
      unwrap(await replica.commit(changes, user));
      stop();
      if (update === undefined) throw new Error('a commit made no update');
      return update;
    },
    row: (n, shard = SHARD) => replica.row(shard, 'visits', idOf(n)),
  };
}

/** Gives each desk what the others have, until nothing changes. Deliveries are trusted, as from the server. */
export async function syncAll(desks: readonly Desk[], shard: ShardId = SHARD): Promise<void> {
  for (let round = 0; round < 2; round++) {
    for (const from of desks) {
      for (const to of desks) {
        if (from === to) continue;
        const diff = from.replica.diff(shard, to.replica.stateVector(shard));
        unwrap(await to.replica.receive(shard, diff, { subject: null }));
      }
    }
  }
}
