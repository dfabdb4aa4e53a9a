import { type AnyTable, defineTable, unwrap } from '@fieldfare/kernel';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { counts, inOneShard, row, tablesWith, testTables, things } from '../test/fixtures.ts';
import { TEMPLATE_CACHE } from '../test/template-cache.ts';
import { engineOver, type SqlEngine } from './engine.ts';
import { migrate } from './migrate.ts';
import { openPGlite } from './pglite.ts';
import { schemaHash, storeSchema } from './schema.ts';
import { storeOver } from './store.ts';
import { ensureTemplate, loadTemplateFromDisk } from './template/node.ts';

let template: Blob;
let engine: SqlEngine;

beforeAll(async () => {
  await ensureTemplate(testTables, [counts], TEMPLATE_CACHE);
  template = unwrap(await loadTemplateFromDisk(schemaHash(testTables, [counts]), TEMPLATE_CACHE));
  engine = engineOver(await openPGlite({ template: template.arrayBuffer() }));
}, 60_000);
afterAll(() => engine.close());

const schemaOf = (table: AnyTable) => storeSchema(tablesWith(table));

const old = row('old', { text: 'kept', later: 5 }, { table: 'papers', stamp: '1-a' });
const fresh = row('new', { text: 'kept', later: 6 }, { table: 'papers', stamp: '2-b' });

describe('migration', () => {
  it('STO-ADD adds columns, keeps rows, and ends equal to a projection made from nothing', async () => {
    const v1 = defineTable({ ...inOneShard, name: 'papers', columns: { text: z.string() } });
    const v2 = defineTable({
      ...inOneShard,
      version: 2,
      name: 'papers',
      columns: { later: z.int32().optional(), text: z.string(), shade: z.string().default('grey') },
      indexes: [['later']],
    });
    const before = await storeOver(engine, schemaOf(v1));
    await before.project([old, row('bare', { text: 'b' }, { table: 'papers' })], 7);

    const after = await storeOver<{ papers: Record<string, unknown> }>(engine, schemaOf(v2));
    expect(after.projectedSeq()).toBe(0); // the caller replays
    const kept = await after.db.selectFrom('papers').selectAll().orderBy('id').execute();
    expect(kept).toMatchObject([
      { id: 'bare', text: 'b', later: null, shade: null, _stamps: { text: '000000000001-0000-a' } },
      { id: 'old', text: 'kept', later: null, _extra: { later: 5 }, _stamps: { text: '1-a', later: '1-a' } },
    ]);
    expect(Object.keys(kept[0]?._stamps as object)).toEqual(['text']);

    const rows = [old, row('bare', { text: 'b' }, { table: 'papers' }), fresh];
    await after.project(rows, 8);
    expect(await after.db.selectFrom('papers').select(['later', 'shade']).orderBy('id').execute()).toEqual([
      { later: null, shade: 'grey' },
      { later: 6, shade: 'grey' },
      { later: 5, shade: 'grey' },
    ]);
    const scratch = engineOver(await openPGlite({ template: template.arrayBuffer() }));
    const made = await storeOver(scratch, schemaOf(v2));
    await made.project(rows.toReversed(), 8);
    expect(await made.digest()).toEqual(await after.digest());
    await made.close();
  });

  it('STO-ADD the same schema again changes nothing and keeps the sequence', async () => {
    const table = defineTable({ ...inOneShard, name: 'letters', columns: { text: z.string() } });
    const first = await storeOver(engine, schemaOf(table));
    await first.project([row('a', { text: 'x' }, { table: 'letters' })], 41);
    expect(unwrap(await migrate(engine, schemaOf(table)))).toEqual({ added: [], projectedSeq: 41 });
  });

  it('STO-REMOVED leaves the column of a field nobody declares any more, and no longer writes it', async () => {
    const wide = defineTable({ ...inOneShard, name: 'cards', columns: { text: z.string(), hue: z.string() } });
    const narrow = defineTable({ ...inOneShard, version: 2, name: 'cards', columns: { text: z.string() } });
    await (await storeOver(engine, schemaOf(wide))).project(
      [row('a', { text: 'x', hue: 'red' }, { table: 'cards' })],
      1,
    );
    const after = await storeOver<Record<string, never>>(engine, schemaOf(narrow));
    await after.project([row('a', { text: 'y', hue: 'blue' }, { table: 'cards' })], 2);
    const { rows } = await sql`select text, hue, _extra from cards`.execute(after.db);
    expect(rows).toEqual([{ text: 'y', hue: 'red', _extra: { hue: 'blue' } }]);
  });

  it('STO-RETYPED refuses a changed type and changes nothing', async () => {
    const asText = defineTable({ ...inOneShard, name: 'boxes', columns: { size: z.string() } });
    const asNumber = defineTable({ ...inOneShard, name: 'boxes', columns: { size: z.int32(), extra: z.string() } });
    await storeOver(engine, schemaOf(asText));
    const refused = await migrate(engine, schemaOf(asNumber));
    expect(refused).toMatchObject({ ok: false, problems: [{ code: 'unsupported', rule: 'STO-RETYPED' }] });
    await expect(storeOver(engine, schemaOf(asNumber))).rejects.toThrow('boxes.size');
    const { rows } = await engine.query(
      `select 1 from information_schema.columns where table_name = 'boxes' and column_name = 'extra'`,
    );
    expect(rows).toEqual([]);
  });

  it('STO-DDL the test tables migrate onto themselves', async () => {
    expect((await migrate(engine, storeSchema(tablesWith(things)))).ok).toBe(true);
  });
});
