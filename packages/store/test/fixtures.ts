/** Tables, rows and a derivation that the tests of this package share. */
import { type AnyTable, defineTable, tablesOf } from '@fieldfare/kernel';
import { sql } from 'kysely';
import { z } from 'zod';
import type { Derivation, ProjectableRow } from '../src/types.ts';

export const things = defineTable({
  name: 'things',
  about: 'one field of every kind',
  version: 1,
  sync: 'replicated',
  shardKind: 'org',
  shardOf: () => 'org',
  shardFields: [],
  columns: {
    groupName: z.string(),
    size: z.int().min(0).max(1000),
    weight: z.number().nullable(),
    total: z.int(),
    done: z.boolean(),
    tags: z.array(z.string()),
    colour: z.string().default('blue'),
  },
  indexes: [['groupName', 'size']],
});

export const notes = defineTable({
  name: 'long_notes',
  about: 'a second table',
  version: 1,
  sync: 'replicated',
  shardKind: 'org',
  shardOf: () => 'org',
  shardFields: [],
  columns: { thingId: z.uuid(), text: z.string() },
});

export const tablesWith = (...tables: readonly AnyTable[]) =>
  tablesOf([{ name: 'test', about: 'tables under test', tables, router: null }]);

export const testTables = tablesOf([
  { name: 'test', about: 'tables under test', tables: [things, notes], router: null },
]);

/** How many visible things each group has. */
export const counts: Derivation = {
  tables: [
    {
      name: 'group_counts',
      ddl: ['create table if not exists group_counts (group_name text primary key, things integer not null)'],
    },
  ],
  async run(trx, touched) {
    if (!touched.has('things')) return new Set();
    await sql`delete from group_counts`.execute(trx);
    await sql`insert into group_counts
      select coalesce(group_name, ''), count(*) from things where deleted_at is null group by 1`.execute(trx);
    return new Set(['group_counts']);
  },
};

export interface TestDatabase {
  readonly things: {
    readonly id: string;
    readonly groupName: string | null;
    readonly size: number | null;
    readonly weight: number | null;
    readonly total: number | null;
    readonly done: boolean | null;
    readonly tags: readonly string[] | null;
    readonly colour: string | null;
    readonly deletedAt: string | null;
    readonly _shard: string;
    readonly _stamp: string;
    readonly _stamps: Readonly<Record<string, string>>;
    readonly _authors: Readonly<Record<string, string>>;
    readonly _siblings: unknown;
    readonly _extra: Readonly<Record<string, unknown>> | null;
  };
  readonly longNotes: { readonly id: string; readonly thingId: string | null; readonly text: string | null };
  readonly groupCounts: { readonly groupName: string; readonly things: number };
}

/** A row whose fields all carry one stamp and author, unless told otherwise. */
export function row(
  id: string,
  fields: Readonly<Record<string, unknown>>,
  more: Partial<ProjectableRow> = {},
): ProjectableRow {
  const stamp = more.stamp ?? '000000000001-0000-a';
  const names = Object.keys(fields);
  return {
    shard: 'org',
    table: 'things',
    id,
    version: 1,
    fields,
    stamps: Object.fromEntries(names.map((name) => [name, stamp])),
    authors: Object.fromEntries(names.map((name) => [name, 'someone'])),
    siblings: {},
    deleted: false,
    stamp,
    ...more,
  };
}

/** What tables of one shard have in common. */
export const inOneShard = {
  about: 'papers',
  version: 1,
  sync: 'replicated',
  shardKind: 'org',
  shardOf: () => 'org',
  shardFields: [],
} as const;
