import { defineTable } from '@fieldfare/kernel';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { inOneShard, tablesWith, things } from '../test/fixtures.ts';
import { fieldColumn, kindOf, snakeCase } from './columns.ts';
import { schemaHash, storeSchema } from './schema.ts';

describe('column kinds', () => {
  it.each([
    ['string', z.string(), 'text'],
    ['string with checks', z.string().min(1).max(3), 'text'],
    ['uuid', z.uuid(), 'text'],
    ['iso date', z.iso.date(), 'text'],
    ['iso datetime', z.iso.datetime(), 'text'],
    ['enum', z.enum(['a', 'b']), 'text'],
    ['numeric enum', z.enum({ low: 1, high: 2 }), 'integer'],
    ['string literal', z.literal('a'), 'text'],
    ['literals', z.literal(['a', 'b']), 'text'],
    ['mixed literals', z.literal(['a', 1]), 'jsonb'],
    ['small int', z.int().min(0).max(10), 'integer'],
    ['number().int()', z.number().int().min(0).max(10), 'integer'],
    ['int32', z.int32(), 'integer'],
    ['unbounded int', z.int(), 'bigint'],
    ['uint32', z.uint32(), 'bigint'],
    ['number', z.number(), 'double precision'],
    ['bounded number', z.number().min(0).max(1), 'double precision'],
    ['boolean', z.boolean(), 'boolean'],
    ['array', z.array(z.string()), 'jsonb'],
    ['object', z.object({ a: z.string() }), 'jsonb'],
    ['record', z.record(z.string(), z.number()), 'jsonb'],
    ['tuple', z.tuple([z.string()]), 'jsonb'],
    ['union of strings', z.union([z.string(), z.literal('24:00')]), 'text'],
    ['union of numbers', z.union([z.int32(), z.number()]), 'double precision'],
    ['union of a string and an object', z.union([z.string(), z.object({})]), 'jsonb'],
    ['discriminated union', z.discriminatedUnion('t', [z.object({ t: z.literal('a') })]), 'jsonb'],
    ['union with null', z.union([z.string(), z.null()]), 'text'],
    ['unknown', z.unknown(), 'jsonb'],
    ['nullable', z.string().nullable(), 'text'],
    ['optional', z.int32().optional(), 'integer'],
    ['default', z.boolean().default(true), 'boolean'],
    ['nullish default', z.array(z.string()).nullish().default([]), 'jsonb'],
    ['transform', z.string().transform((text) => text.length), 'text'],
    ['lazy', z.lazy(() => z.string()), 'text'],
  ])('STO-KIND %s', (_, schema, kind) => {
    expect(kindOf(schema)).toBe(kind);
  });

  it.each([
    ['id', 'id'],
    ['regionId', 'region_id'],
    ['speedKmhByHour', 'speed_kmh_by_hour'],
    ['line1', 'line1'],
  ])('STO-NAME %s is %s', (field, column) => expect(snakeCase(field)).toBe(column));

  it('STO-NAME refuses a field that would come back under another name', () => {
    expect(() => fieldColumn('homeURL', z.string())).toThrow('does not survive');
  });

  it('STO-ABSENT reads the declared default', () => {
    expect(fieldColumn('a', z.string().default('x').nullable()).fallback).toBe('x');
    expect(fieldColumn('a', z.string().nullable()).fallback).toBe(null);
  });
});

describe('schema', () => {
  it('STO-DDL is what it was', () => {
    expect(storeSchema(tablesWith(things)).ddl.join(';\n')).toMatchInlineSnapshot(`
      "create table if not exists fieldfare_meta (key text primary key, value text not null);
      create unlogged table if not exists "things" (
        "id" text primary key,
        "group_name" text,
        "size" integer,
        "weight" double precision,
        "total" bigint,
        "done" boolean,
        "tags" jsonb,
        "colour" text,
        "deleted_at" text,
        "_shard" text,
        "_stamp" text,
        "_version" integer,
        "_absent" text,
        "_base" text,
        "_stamp_diff" jsonb,
        "_author" text,
        "_author_diff" jsonb,
        "_siblings" jsonb,
        "_extra" jsonb,
        "_stamps" jsonb generated always as (jsonb_strip_nulls((jsonb_object(array['groupName', 'size', 'weight', 'total', 'done', 'tags', 'colour']::text[], array_fill(coalesce(_base, _stamp), array[7])) - coalesce(string_to_array(_absent, ','), '{}')) || coalesce(_stamp_diff, '{}'::jsonb))) virtual,
        "_authors" jsonb generated always as (jsonb_strip_nulls((jsonb_object(array['groupName', 'size', 'weight', 'total', 'done', 'tags', 'colour']::text[], array_fill(_author, array[7])) - coalesce(string_to_array(_absent, ','), '{}')) || coalesce(_author_diff, '{}'::jsonb))) virtual
      );
      create index if not exists "things_group_name_size_idx" on "things" ("group_name", "size")"
    `);
  });

  it('STO-HASH follows the schema and nothing else', () => {
    const wider = defineTable({ ...base, columns: { text: z.string(), more: z.string().optional() } });
    const same = defineTable({ ...base, about: 'said otherwise', columns: { text: z.string().max(9) } });
    const first = defineTable({ ...base, columns: { text: z.string() } });
    expect(schemaHash(tablesWith(same))).toBe(schemaHash(tablesWith(first)));
    expect(schemaHash(tablesWith(wider))).not.toBe(schemaHash(tablesWith(first)));
    expect(schemaHash(tablesWith(first, things))).toBe(schemaHash(tablesWith(things, first)));
  });

  it('STO-PRESENCE makes no table for presence', () => {
    const looking = defineTable({ ...base, sync: 'presence', columns: { text: z.string() } });
    expect(storeSchema(tablesWith(looking)).tables.size).toBe(0);
  });

  it('STO-INDEX refuses indexes that merged data could overflow', () => {
    const json = defineTable({ ...base, columns: { tags: z.array(z.string()) }, indexes: [['tags']] });
    expect(() => storeSchema(tablesWith(json))).toThrow('cannot be indexed');
  });
});

const base = { ...inOneShard, name: 'papers' } as const;
