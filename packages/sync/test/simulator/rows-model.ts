/** Rows of one made-up table through three builds, written at random: for the laws of the fold itself. */
import {
  type AnyTable,
  defineTable,
  deterministicId,
  type JsonValue,
  type RowChange,
  type ShardId,
  scheduleShard,
  tablesOf,
} from '@fieldfare/kernel';
import { z } from 'zod';
import type { Build, Desk, Model } from './model.ts';

const REGION = deterministicId('simulated region');
const WEEKS = ['2026-W40', '2026-W41', '2026-W42'] as const;
const SHARDS: readonly ShardId[] = WEEKS.map((week) => scheduleShard(REGION, week));
const ROWS = 4;

const declare = (name: string, version: number, more: z.ZodRawShape, earliest: readonly string[]): AnyTable =>
  defineTable({
    name,
    about: 'simulated rows',
    version,
    sync: 'replicated',
    shardKind: 'schedule',
    shardOf: (row) => scheduleShard(String(row.regionId), String(row.week)),
    shardFields: ['regionId', 'week'],
    columns: { regionId: z.uuid(), week: z.string(), title: z.string(), start: z.string().nullable(), ...more },
    merge: Object.fromEntries(earliest.map((field) => [field, 'earliest' as const])),
  }) as AnyTable;

const doneAt = { doneAt: z.string().nullable().optional() };
const colour = { colour: z.string().optional(), sealedAt: z.string().nullable().optional() };
const tags = { tags: z.array(z.string()).optional() };

const registry = (tables: readonly AnyTable[]) => tablesOf([{ name: 'test', about: 'test', tables, router: null }]);

const TABLES: Readonly<Record<Build, ReadonlyMap<string, AnyTable>>> = {
  [-1]: registry([declare('visits', 1, doneAt, ['doneAt'])]),
  0: registry([declare('visits', 2, { ...doneAt, ...colour }, ['doneAt', 'sealedAt'])]),
  1: registry([
    declare('visits', 3, { ...doneAt, ...colour, ...tags }, ['doneAt', 'sealedAt']),
    declare('alerts', 1, {}, []),
  ]),
};

const FIELDS: Readonly<Record<Build, readonly string[]>> = {
  [-1]: ['title', 'start', 'doneAt', 'deletedAt'],
  0: ['title', 'start', 'doneAt', 'deletedAt', 'colour', 'sealedAt'],
  1: ['title', 'start', 'doneAt', 'deletedAt', 'colour', 'sealedAt', 'tags'],
};

/** Mostly values that tell writes apart, sometimes equal ones. */
function drawValue(field: string, { dice, ordinal }: Desk): JsonValue {
  const text = dice.chance(0.25) ? 'same' : `${field} ${ordinal}`;
  if (field === 'tags') return [text];
  if (field === 'title' || field === 'colour') return text;
  return dice.chance(0.3) ? null : text;
}

function changeOf(desk: Desk, shard: ShardId): RowChange {
  const { replica, build, dice } = desk;
  const table = build === 1 && dice.chance(0.15) ? 'alerts' : 'visits';
  const id = deterministicId(table, dice.below(ROWS));
  const set: Record<string, JsonValue> = {};
  if (replica.row(shard, table, id) === null) {
    Object.assign(set, {
      regionId: REGION,
      week: shard.split('/')[2] ?? '',
      title: `new ${desk.ordinal}`,
      start: null,
    });
  }
  const fields = table === 'visits' ? FIELDS[build] : ['title', 'start', 'deletedAt'];
  const count = dice.chance(0.7) ? 1 : 2;
  for (let i = 0; i < count; i++) {
    const field = dice.pick(fields);
    set[field] = drawValue(field, desk);
  }
  return { table, shard, id, set };
}

export const rowsModel: Model = {
  regionId: REGION,
  shards: SHARDS,
  leastShards: 1,
  tables: (build) => TABLES[build],
  first: [],
  act(desk) {
    const { dice, shards } = desk;
    const shard = dice.pick(shards);
    const changes = [changeOf(desk, shard)];
    if (dice.chance(0.2)) changes.push(changeOf(desk, dice.pick(shards)));
    return changes;
  },
};
