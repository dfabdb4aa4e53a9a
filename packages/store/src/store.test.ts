import { unwrap } from '@fieldfare/kernel';
import fc from 'fast-check';
import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { counts, row, type TestDatabase, testTables } from '../test/fixtures.ts';
import { TEMPLATE_CACHE } from '../test/template-cache.ts';
import { engineOver, type SqlEngine } from './engine.ts';
import { openPGlite } from './pglite.ts';
import { rebuildAndCompare } from './rebuild.ts';
import { fieldStamp, schemaHash } from './schema.ts';
import { openingStore, openStore, topicOf } from './store.ts';
import { ensureTemplate, loadTemplateFromDisk } from './template/node.ts';
import type { ProjectableRow, Store } from './types.ts';

const SHARDS = ['org', 'region/a/roster', 'region/b/roster'];
const options = { tables: testTables, derivations: [counts] };

let template: Blob;
let store: Store<TestDatabase>;
let other: Store<TestDatabase>;

beforeAll(async () => {
  await ensureTemplate(testTables, [counts], TEMPLATE_CACHE);
  template = unwrap(await loadTemplateFromDisk(schemaHash(testTables, [counts]), TEMPLATE_CACHE));
  store = await openStore<TestDatabase>({ ...options, template });
  other = await openStore<TestDatabase>({ ...options, template });
}, 60_000);
afterAll(async () => {
  await store.close();
  await other.close();
});
beforeEach(async () => {
  await store.forget(SHARDS);
  await other.forget(SHARDS);
});

let lastSeq = 0;
const project = (target: Store<TestDatabase>, rows: readonly ProjectableRow[]) => {
  lastSeq += 1;
  return target.project(rows, lastSeq);
};
const one = (id: string) => store.db.selectFrom('things').selectAll().where('id', '=', id).executeTakeFirst();

const whole = { groupName: 'g', size: 3, weight: 1.5, total: 2 ** 40, done: true, tags: ['x'], colour: 'red' };

describe('projection', () => {
  it('STO-ROW shows every field and the platform’s columns', async () => {
    await project(store, [
      row('a', whole, {
        stamp: '2-b',
        stamps: { ...row('a', whole, { stamp: '1-a' }).stamps, size: '2-b', deletedAt: '0-a', later: '0-c' },
        authors: { groupName: 'ann', size: 'bob' },
        siblings: { size: [{ value: 4, stamp: '1-c', by: 'cem' }] },
      }),
    ]);
    expect(await one('a')).toMatchObject({
      id: 'a',
      ...whole,
      deletedAt: null,
      _shard: 'org',
      _stamp: '2-b',
      _stamps: {
        groupName: '1-a',
        size: '2-b',
        weight: '1-a',
        total: '1-a',
        done: '1-a',
        tags: '1-a',
        colour: '1-a',
        deletedAt: '0-a',
        later: '0-c',
      },
      _authors: { groupName: 'ann', size: 'bob' },
      _siblings: { size: [{ value: 4, stamp: '1-c', by: 'cem' }] },
      _extra: null,
    });
  });

  it('STO-STAMPS gives back any stamps and authors, in both ways of writing', async () => {
    const names = fc.constantFrom('groupName', 'size', 'weight', 'total', 'done', 'tags', 'colour', 'deletedAt', 'x');
    const some = fc.dictionary(names, fc.constantFrom('1-a', '2-b', '3-c'), { noNullPrototype: true });
    await fc.assert(
      fc.asyncProperty(some, some, fc.boolean(), async (stamps, authors, many) => {
        const rows = [row('p', {}, { stamps, authors, stamp: '3-c' })];
        if (many) for (let n = 0; n < 100; n += 1) rows.push(row(`filler-${n}`, {}));
        await project(store, rows);
        expect(await one('p')).toMatchObject({ _stamps: stamps, _authors: authors });
        const shown = await one('p');
        expect([shown?._stamps, shown?._authors]).toEqual([stamps, authors]);
        const { rows: alone } = await sql<Record<string, string | null>>`
          select ${sql.join(Object.keys(whole).map((name) => sql`${sql.raw(fieldStamp('t', name))} as ${sql.ref(name)}`))}
          from things t where t.id = 'p'`.execute(store.db);
        expect(alone[0]).toEqual(Object.fromEntries(Object.keys(whole).map((name) => [name, stamps[name] ?? null])));
      }),
      { numRuns: 40 },
    );
  });

  it('STO-DELETED follows the fold: a set `deletedAt` on a visible row stays out', async () => {
    const at = '2026-01-01T00:00:00Z';
    await project(store, [
      row('gone', { ...whole, deletedAt: at }, { deleted: true }),
      row('edited', { ...whole, deletedAt: at }, { deleted: false }),
      row('odd', { ...whole, deletedAt: 7 }, { deleted: true, stamp: '9-a' }),
    ]);
    expect((await one('gone'))?.deletedAt).toBe(at);
    expect((await one('edited'))?.deletedAt).toBe(null);
    expect((await one('odd'))?.deletedAt).toBe('9-a');
  });

  it('STO-ABSENT shows the declared default, STO-EXTRA keeps unknown fields, unknown tables wait', async () => {
    await project(store, [
      row('old', { groupName: 'g', fromTheFuture: { a: [1] } }),
      row('x', {}, { table: 'tables_of_tomorrow' }),
    ]);
    expect(await one('old')).toMatchObject({ colour: 'blue', size: null, _extra: { fromTheFuture: { a: [1] } } });
  });

  it('STO-INCREMENTAL any batches of any history equal one rebuild', async () => {
    const state = fc.record({
      id: fc.integer({ min: 0, max: 150 }).map((n) => `id-${n}`),
      shard: fc.constantFrom('org', 'org', 'org', 'region/a/roster'),
      table: fc.constantFrom('things', 'things', 'long_notes'),
      groupName: fc.constantFrom('g', 'h', 'i'),
      size: fc.integer({ min: 0, max: 9 }),
      deleted: fc.boolean(),
      batch: fc.integer({ min: 0, max: 5 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(state, { maxLength: 500, size: 'max' }), fc.nat(), async (history, seed) => {
        await store.forget(SHARDS);
        await other.forget(SHARDS);
        const last = new Map<string, ProjectableRow>();
        const batches: ProjectableRow[][] = [];
        let current = -1;
        history.forEach(({ id, shard, table, deleted, batch, ...fields }, index) => {
          const next = row(id, fields, { shard, table, deleted, stamp: `${String(index).padStart(6, '0')}-a` });
          if (batch !== current) batches.push([]);
          current = batch;
          batches.at(-1)?.push(next);
          last.set(JSON.stringify([table, shard, id]), next);
        });
        for (const batch of batches) await project(store, batch);
        const rebuilt = [...last.values()];
        const turn = rebuilt.length === 0 ? 0 : seed % rebuilt.length;
        await project(other, [...rebuilt.slice(turn), ...rebuilt.slice(0, turn).reverse()]);
        expect(await store.digest()).toEqual(await other.digest());
      }),
      { numRuns: 12 },
    );
  }, 120_000);

  it('STO-CLAIM an id claimed by two shards is held by the first of them by name', async () => {
    const theirs = row('a', { groupName: 'theirs' }, { shard: 'region/b/roster' });
    const ours = row('a', { groupName: 'ours' }, { shard: 'region/a/roster' });
    await project(store, [ours]);
    await project(store, [theirs]);
    await project(other, [theirs, ours]);
    expect((await one('a'))?.groupName).toBe('ours');
    expect(await store.digest()).toEqual(await other.digest());
  });

  it('STO-SEQ records how far it is, never backwards', async () => {
    await project(store, [row('a', whole)]);
    const reached = store.projectedSeq();
    await store.project([row('a', whole)], 0);
    expect(store.projectedSeq()).toBe(reached);
  });

  it('STO-ORDER applies batches in the order they were handed in', async () => {
    const writes = Array.from({ length: 30 }, (_, size) => project(store, [row('a', { ...whole, size })]));
    await Promise.all(writes);
    expect((await one('a'))?.size).toBe(29);
  });
});

const HOSTILE: readonly unknown[] = [
  null,
  '',
  'text',
  '\\N',
  '\\.',
  'tab\tnew\nline\rback\\slash "quoted" \'and\'',
  'nul\0',
  '\ud800 half',
  'half \udfff',
  '😀',
  'x'.repeat(10_000),
  '🦆'.repeat(5_000),
  -0,
  0.5,
  5e-324,
  1e21,
  Number.MAX_VALUE,
  Number.MAX_SAFE_INTEGER,
  2 ** 31,
  -(2 ** 31),
  Number.NaN,
  Number.POSITIVE_INFINITY,
  true,
  [],
  [[[]]],
  ['nul\0', '\ud800'],
  { 'key\0': '\udc00' },
  JSON.parse('{"__proto__": {"polluted": true}, "constructor": 1}'),
  JSON.parse(`${'['.repeat(2_000)}${']'.repeat(2_000)}`),
];

describe('merged data always loads', () => {
  it('STO-FIT no value in any field fails a batch, and both ways of writing agree', async () => {
    const fields = ['groupName', 'size', 'weight', 'total', 'done', 'tags', 'colour', 'deletedAt', 'unknown', 'id'];
    const rows = HOSTILE.flatMap((value, index) =>
      fields.map((field) =>
        row(`${field}-${index}`, { ...whole, [field]: value }, { deleted: index % 2 === 0, siblings: { a: [value] } }),
      ),
    );
    await project(store, rows); // by COPY
    for (let from = 0; from < rows.length; from += 50) await project(other, rows.slice(from, from + 50)); // as JSON
    expect(await store.digest()).toEqual(await other.digest());
    const { count } = await store.db
      .selectFrom('things')
      .select(sql<number>`count(*)::integer`.as('count'))
      .executeTakeFirstOrThrow();
    expect(count).toBe(rows.length);
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
  });

  it('STO-FIT keeps the raw value beside the empty column', async () => {
    await project(store, [row('a', { ...whole, size: 'three', done: 1, groupName: 'y'.repeat(999) })]);
    expect(await one('a')).toMatchObject({
      size: null,
      done: null,
      groupName: null,
      _extra: { size: 'three', done: 1, groupName: 'y'.repeat(999) },
    });
  });

  it('STO-TEXT replaces what PostgreSQL cannot store', async () => {
    await project(store, [row('a', { ...whole, colour: 'a\0b\ud800c', tags: ['\0'] })]);
    expect(await one('a')).toMatchObject({ colour: 'a\uFFFDb\uFFFDc', tags: ['\uFFFD'] });
  });

  it('STO-FIT any JSON in any field, property', async () => {
    const fields = fc.dictionary(
      fc.oneof(fc.constantFrom('groupName', 'size', 'weight', 'total', 'done', 'tags', '__proto__'), fc.string()),
      fc.jsonValue({ maxDepth: 3 }),
      { noNullPrototype: true },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(fields, { minLength: 1, maxLength: 20 }), async (all) => {
        await project(
          store,
          all.map((each, index) => row(`j-${index}`, each)),
        );
      }),
      { numRuns: 40 },
    );
  });

  it('STO-KEY leaves out a row whose key cannot be a key', async () => {
    await project(store, [row('', whole), row('k'.repeat(5_000), whole), row('nul\0', whole), row('fine', whole)]);
    expect(await store.db.selectFrom('things').select('id').execute()).toEqual([{ id: 'fine' }]);
  });
});

describe('derivations', () => {
  it('STO-DERIVE stay equal to a rebuild', async () => {
    const rows = Array.from({ length: 40 }, (_, n) => row(`r-${n}`, { ...whole, groupName: n % 3 ? 'g' : 'h' }));
    await project(store, rows);
    const moved = rows.map((each, n) => (n % 5 ? each : row(each.id, { ...whole, groupName: 'moved' })));
    await project(store, moved.slice(0, 20));
    await project(store, moved.slice(20));
    expect(await store.db.selectFrom('groupCounts').selectAll().orderBy('groupName').execute()).toEqual([
      { groupName: 'g', things: 21 },
      { groupName: 'h', things: 11 },
      { groupName: 'moved', things: 8 },
    ]);
    expect(await rebuildAndCompare(store, moved, { ...options, template })).toEqual([]);
  });

  it('STO-REBUILD names the tables that drifted', async () => {
    await project(store, [row('a', whole), row('n', { text: 'x' }, { table: 'long_notes' })]);
    const rows = [row('a', whole), row('n', { text: 'y' }, { table: 'long_notes' })];
    expect(await rebuildAndCompare(store, rows, { ...options, template })).toEqual(['long_notes']);
  });

  it('STO-ATOMIC a failing derivation leaves rows and sequence as they were and stops the store', async () => {
    let fail = true;
    const faulty = {
      tables: [],
      async run() {
        if (fail) throw new Error('a bug');
        return new Set<string>();
      },
    };
    const broken = await openStore<TestDatabase>({ tables: testTables, derivations: [faulty], template });
    await expect(broken.project([row('a', whole)], 5)).rejects.toThrow('a bug');
    expect(broken.projectedSeq()).toBe(0);
    expect(await broken.db.selectFrom('things').selectAll().execute()).toEqual([]);
    fail = false;
    await expect(broken.project([row('b', whole)], 6)).rejects.toThrow('has to be rebuilt');
    await broken.close();
  });
});

describe('opening', () => {
  it('STO-EARLY what is asked while the database opens waits for it, in order', async () => {
    let openEngine: (engine: SqlEngine) => void = () => {};
    const engine = new Promise<SqlEngine>((resolve) => {
      openEngine = resolve;
    });
    const early = openingStore<TestDatabase>({ ...options, engine });
    const written = [early.project([row('a', whole)], 1), early.project([row('b', whole), row('a', whole)], 2)];
    openEngine(engineOver(await openPGlite({ template: template.arrayBuffer() }), true));
    await Promise.all([early.opened, ...written]);
    expect(early.projectedSeq()).toBe(2);
    expect(await early.db.selectFrom('things').select('id').orderBy('id').execute()).toEqual([
      { id: 'a' },
      { id: 'b' },
    ]);
    await early.close();
  });

  it('STO-EARLY an opening that fails fails all that was asked, and can be closed', async () => {
    const early = openingStore<TestDatabase>({ ...options, engine: Promise.reject(new Error('no memory')) });
    const asked = [early.project([row('a', whole)], 1), early.db.selectFrom('things').selectAll().execute()];
    await expect(early.opened).rejects.toThrow('no memory');
    for (const each of await Promise.allSettled(asked)) expect(String(Object(each).reason)).toContain('no memory');
    await early.close();
  });
});

describe('forget', () => {
  it('STO-FORGET drops the rows of the shards and what was derived from them', async () => {
    await project(store, [
      row('a', whole, { shard: 'region/a/roster' }),
      row('b', whole, { shard: 'region/b/roster' }),
      row('c', { text: 'x' }, { shard: 'region/a/roster', table: 'long_notes' }),
    ]);
    await store.forget(['region/a/roster']);
    await project(other, [row('b', whole, { shard: 'region/b/roster' })]);
    expect(await store.digest()).toEqual(await other.digest());
    expect(await store.db.selectFrom('groupCounts').selectAll().execute()).toEqual([{ groupName: 'g', things: 1 }]);
  });
});

describe('live queries of a store', () => {
  it('STO-LIVE-SHARD wake for their tables or one shard of them, also when it is forgotten', async () => {
    const stop = new AbortController();
    const count = async () => (await store.db.selectFrom('things').select('id').execute()).length;
    const live = (topic: string) => store.live([topic], count, stop.signal)[Symbol.asyncIterator]();
    const all = live('things');
    const ofA = live(topicOf('things', 'region/a/roster'));
    expect([(await all.next()).value, (await ofA.next()).value]).toEqual([0, 0]);
    await project(store, [row('b', whole, { shard: 'region/b/roster' })]);
    expect((await all.next()).value).toBe(1);
    await project(store, [row('a', whole, { shard: 'region/a/roster' })]);
    expect([(await all.next()).value, (await ofA.next()).value]).toEqual([2, 2]);
    await store.forget(['region/a/roster']);
    expect([(await all.next()).value, (await ofA.next()).value]).toEqual([1, 1]);
    stop.abort();
    expect(await ofA.next()).toEqual({ done: true, value: undefined });
  });
});

describe('versionOf', () => {
  it('rises with every change of what it names, and with no other', async () => {
    const ofA = () => store.versionOf([topicOf('things', 'region/a/roster')]);
    const before = ofA();
    const notes = store.versionOf(['long_notes']);
    await project(store, [row('b', whole, { shard: 'region/b/roster' })]);
    expect([ofA(), store.versionOf(['long_notes'])]).toEqual([before, notes]);
    const all = store.versionOf(['things', 'long_notes']);
    expect(all).toBeGreaterThan(before);
    await project(store, [row('a', whole, { shard: 'region/a/roster' })]);
    expect(ofA()).toBeGreaterThan(all);
    const held = ofA();
    await store.forget(['region/a/roster']);
    expect(ofA()).toBeGreaterThan(held);
  });
});

describe('isolation', () => {
  it('STO-ISOLATE reads beside a projection see the rows before or after it, never half', async () => {
    await project(store, [row('a', whole), row('b', whole)]);
    const seen = new Set<string>();
    for (let size = 10; size < 20; size += 1) {
      const write = project(store, [row('a', { ...whole, size }), row('b', { ...whole, size })]);
      const reads = Array.from({ length: 5 }, () => store.db.selectFrom('things').select('size').execute());
      for (const read of await Promise.all(reads))
        seen.add(JSON.stringify(new Set(read.map((each) => each.size)).size));
      await write;
    }
    expect([...seen]).toEqual(['1']);
  });

  it('STO-ISOLATE a failing query beside a transaction does not abort it', async () => {
    await project(store, [row('a', whole)]);
    const result = store.db.transaction().execute(async (trx) => {
      const outside = store.db.selectFrom('things').select(sql`1 / 0`.as('x')).execute();
      const rows = await trx.selectFrom('things').select('id').execute();
      outside.catch(() => {});
      return rows;
    });
    expect(await result).toEqual([{ id: 'a' }]);
  });

  it('STO-ISOLATE a thrown error rolls back', async () => {
    await project(store, [row('a', whole)]);
    const broken = store.db.transaction().execute(async (trx) => {
      await sql`delete from things`.execute(trx);
      throw new Error('changed my mind');
    });
    await expect(broken).rejects.toThrow('changed my mind');
    expect(await one('a')).toBeDefined();
  });
});
