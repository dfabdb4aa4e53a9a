import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { deterministicId, isId, newId } from './ids.ts';
import { defineModule, tablesOf } from './module.ts';
import { seededRandom } from './ports.ts';
import { fail, InvariantError, ok, ProblemError, problem, toProblemDetails, unwrap } from './problem.ts';
import { rosterShard } from './shards.ts';
import { createRow, defineTable, deleteRow, updateRow } from './table.ts';

const REGION = '0199a1d2-0000-7000-8000-000000000001';
const ROW = '0199a1d2-0000-7000-8000-000000000009';

const sheds = defineTable({
  name: 'garden_sheds',
  about: 'a shed',
  version: 1,
  sync: 'replicated',
  shardKind: 'roster',
  shardOf: (row) => rosterShard(row.regionId),
  shardFields: ['regionId'],
  columns: { regionId: z.uuid(), doors: z.int(), colour: z.string().nullable() },
});

describe('defineTable', () => {
  const row = { id: ROW, regionId: REGION, doors: 2, colour: null };

  it('keeps unknown fields and refuses wrong known ones', () => {
    expect(sheds.row.parse({ ...row, windows: 3 })).toEqual({ ...row, windows: 3 });
    expect(sheds.row.safeParse({ ...row, doors: 'two' }).success).toBe(false);
  });

  it('turns rows into changes of their shard', () => {
    expect(createRow(sheds, row)).toEqual({
      table: 'garden_sheds',
      shard: `region/${REGION}/roster`,
      id: ROW,
      set: { regionId: REGION, doors: 2, colour: null },
    });
    expect(updateRow(sheds, row, { doors: 3 }).set).toEqual({ doors: 3 });
    expect(deleteRow(sheds, row, '2026-11-21T00:00:00Z').set).toEqual({ deletedAt: '2026-11-21T00:00:00Z' });
  });

  it('a field that decides the shard cannot change', () => {
    expect(() => updateRow(sheds, row, { regionId: ROW })).toThrow(InvariantError);
  });

  it('refuses names that would not survive SQL', () => {
    const declare = (name: string, field: string) => () =>
      defineTable({
        ...sheds,
        name,
        columns: { [field]: z.string() },
        shardOf: () => 'org',
        shardFields: [],
        phi: [],
        indexes: [],
        merge: {},
        unset: null,
      });
    expect(declare('Sheds', 'a')).toThrow(InvariantError);
    expect(declare('sheds', 'a_b')).toThrow(InvariantError);
    expect(declare('sheds', 'deletedAt')).toThrow(InvariantError);
  });

  it('one table name belongs to one module', () => {
    const module = (name: string) => defineModule({ name, about: '', tables: [sheds], router: null });
    expect(tablesOf([module('one')]).get('garden_sheds')).toBe(sheds);
    expect(() => tablesOf([module('one'), module('two')])).toThrow(InvariantError);
  });
});

describe('ids', () => {
  it('UUIDv7 sorts by time', () => {
    const random = seededRandom(1);
    const early = newId({ now: () => 1_000 }, random);
    const late = newId({ now: () => 2_000 }, random);
    expect(early < late).toBe(true);
    expect(isId(early)).toBe(true);
    expect(newId({ now: () => 1_000 }, random)).not.toBe(early);
  });

  it('the same parts give the same id, other parts another', () => {
    expect(deterministicId('visit', 'r1', '2026-W47', 0)).toBe(deterministicId('visit', 'r1', '2026-W47', 0));
    expect(deterministicId('a', 'b/c')).not.toBe(deterministicId('a/b', 'c'));
    expect(deterministicId('a\\', 'b')).not.toBe(deterministicId('a', '\\b'));
  });
});

describe('problems', () => {
  it('travel as RFC 9457 details', () => {
    const details = toProblemDetails([problem('forbidden', 'no', { rule: 'PERM-ACTION' }), problem('invalid', 'bad')]);
    expect(details).toMatchObject({ type: 'urn:fieldfare:problem:PERM-ACTION', title: 'no', status: 403 });
    expect(details.problems).toHaveLength(2);
  });

  it('unwrap gives the value or throws the problems', () => {
    expect(unwrap(ok(1))).toBe(1);
    expect(() => unwrap(fail(problem('busy', 'taken')))).toThrow(ProblemError);
  });
});

it('seeded randomness repeats', () => {
  const a = seededRandom(7);
  const b = seededRandom(7);
  expect(Array.from({ length: 5 }, a.float)).toEqual(Array.from({ length: 5 }, b.float));
});
