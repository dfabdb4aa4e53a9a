/** What every module gets checked for, because it stands in the registry. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { type AnyTable, createRow, isIsoWeek, parseShard } from '@fieldfare/kernel';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { appRouter, modules, tables } from '../src/registry.ts';

interface Definition {
  readonly type: string;
  readonly innerType?: z.core.$ZodType;
  readonly element?: z.core.$ZodType;
  readonly shape?: Readonly<Record<string, z.core.$ZodType>>;
  readonly options?: readonly z.core.$ZodType[];
  readonly values?: readonly unknown[];
  readonly entries?: Readonly<Record<string, unknown>>;
}

/** Values that a column's schema takes: made from the schema, then judged by it. */
function valuesOf(schema: z.core.$ZodType, field: string): fc.Arbitrary<unknown> {
  const definition = schema._zod.def as unknown as Definition;
  const bag = schema._zod.bag as { minimum?: number; maximum?: number; format?: string };
  switch (definition.type) {
    case 'nullable':
      return fc.option(valuesOf(definition.innerType as z.core.$ZodType, field), { nil: null });
    case 'optional':
      return valuesOf(definition.innerType as z.core.$ZodType, field);
    case 'string': {
      const options = [
        '0190a000-0000-7000-8000-000000000001',
        '2026-W48',
        '08:30',
        '2026-11-24',
        '2026-11-24T10:00:00.000Z',
        'nursing',
        'Ottawa',
        '',
      ];
      const fitting = options.filter((value) => accepts(schema, value));
      if (fitting.length === 0) throw new Error(`conformance: no sample fits the column ${field}`);
      return fc.constantFrom(...fitting);
    }
    case 'number':
      return fc
        .integer({ min: Math.ceil(bag.minimum ?? 0), max: Math.floor(bag.maximum ?? 100) })
        .filter((value) => accepts(schema, value));
    case 'boolean':
      return fc.boolean();
    case 'enum':
      return fc.constantFrom(...Object.values(definition.entries ?? {}));
    case 'literal':
      return fc.constantFrom(...(definition.values ?? []));
    case 'union':
      return fc.oneof(...(definition.options ?? []).map((option) => valuesOf(option, field)));
    case 'array': {
      const element = valuesOf(definition.element as z.core.$ZodType, field);
      const checks = (schema._zod.def as { checks?: readonly z.core.$ZodCheck[] }).checks ?? [];
      const exact = checks.flatMap(({ _zod }) => ('length' in _zod.def ? [_zod.def.length as number] : []))[0];
      const most = exact ?? bag.maximum ?? 3;
      return fc.array(element, { minLength: exact ?? Math.min(1, most), maxLength: exact ?? Math.min(3, most) });
    }
    case 'object':
      return fc.record(
        Object.fromEntries(Object.entries(definition.shape ?? {}).map(([key, of]) => [key, valuesOf(of, key)])),
      );
    default:
      throw new Error(`conformance: no generator for a ${definition.type} column (${field})`);
  }
}

const accepts = (schema: z.core.$ZodType, value: unknown): boolean => (schema as z.ZodType).safeParse(value).success;

const rowsOf = (table: AnyTable): fc.Arbitrary<Record<string, unknown>> =>
  fc.record(
    Object.fromEntries(Object.entries(table.row.shape).map(([key, of]) => [key, valuesOf(of as z.core.$ZodType, key)])),
  ) as fc.Arbitrary<Record<string, unknown>>;

describe.each([...tables.values()].map((table) => [table.name, table] as const))('table %s', (_name, table) => {
  it('CONF-ROUND-TRIP a row passes its schema and comes back whole from its change', () => {
    fc.assert(
      fc.property(rowsOf(table), (row) => {
        const parsed = table.row.parse(row) as never;
        const change = createRow(table, parsed);
        expect({ ...change.set, id: change.id }).toEqual(row);
        expect(JSON.parse(JSON.stringify(change.set))).toEqual(change.set);
      }),
      { numRuns: 30 },
    );
  });

  it('CONF-SHARD every row names a shard of the declared kind', () => {
    fc.assert(
      fc.property(rowsOf(table), (row) => {
        if (typeof row.week === 'string' && !isIsoWeek(row.week)) return;
        const shard = parseShard(table.shardOf(row as never));
        expect(shard.ok && shard.value.kind).toBe(table.shardKind);
      }),
      { numRuns: 30 },
    );
  });

  it('CONF-FIELDS health information, indexes, merges and shard fields name declared fields', () => {
    const named = [...table.phi, ...table.indexes.flat(), ...Object.keys(table.merge), ...table.shardFields];
    for (const field of named) expect(table.fields).toContain(field);
  });
});

describe('procedures', () => {
  const procedures = Object.entries(
    appRouter._def.procedures as unknown as Record<string, { _def: { meta?: { permission?: string } } }>,
  );
  it('CONF-PERMISSION every procedure asks for a permission or says that a session is enough', () => {
    expect(procedures.length).toBeGreaterThan(20);
    for (const [path, { _def }] of procedures)
      expect(_def.meta?.permission, path).toMatch(/^(session|[a-z]+\.[a-z]+)$/);
  });
});

describe('modules', () => {
  const source = resolve(import.meta.dirname, '../src');
  const rooms = readdirSync(source, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);
  const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));

  it('CONF-ROOMS a module reaches another one through its index.ts only, but for tables made of tables', () => {
    expect(files.length).toBeGreaterThan(30);
    const wrong: string[] = [];
    for (const file of files) {
      const [room = ''] = file.split('/');
      if (!rooms.includes(room)) continue; // the registry, the context and the database type see everything
      for (const [, specifier = ''] of readFileSync(join(source, file), 'utf8').matchAll(/from '(\.[^']+)'/g)) {
        const target = relative(source, resolve(dirname(join(source, file)), specifier));
        const [other = '', ...inner] = target.split('/');
        // Whole modules build on the tables, so a table that asked for a whole module would close a circle.
        const door = file === `${room}/tables.ts` ? 'tables.ts' : 'index.ts';
        if (other !== room && rooms.includes(other) && inner.join('/') !== door) wrong.push(`${file} → ${target}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  it('CONF-README every module says what it is for', () => {
    for (const room of rooms)
      expect(readFileSync(join(source, room, 'README.md'), 'utf8').length, room).toBeGreaterThan(80);
    for (const { name, about } of modules) expect(`${name}${about}`.length).toBeGreaterThan(10);
  });
});
