/** Opens the projection: SQL rows computed from the journal, in memory, always rebuildable. */
import { InvariantError, invariant, unwrap } from '@fieldfare/kernel';
import type { Kysely } from 'kysely';
import { type KnownIds, type PreparedRows, prepareRows } from './bulk.ts';
import { kyselyOver, type Queryable } from './dialect.ts';
import { digestOf } from './digest.ts';
import { engineLater, engineOver, type SqlEngine } from './engine.ts';
import { createBell, liveQuery } from './live.ts';
import { migrate, writeMeta } from './migrate.ts';
import { forgetShards, readProgress, writeShards } from './progress.ts';
import { quote, type StoreSchema, storeSchema } from './schema.ts';
import type { OpeningStore, ProjectableRow, Store, StoreOptions, TouchedRows } from './types.ts';
import { createUpkeep } from './upkeep.ts';

function byTable(rows: readonly ProjectableRow[], schema: StoreSchema): ReadonlyMap<string, ProjectableRow[]> {
  const grouped = new Map<string, ProjectableRow[]>();
  for (const row of rows) {
    // Tables of a newer version stay in the journal and are projected after the upgrade.
    if (!schema.tables.has(row.table)) continue;
    const group = grouped.get(row.table);
    if (group) group.push(row);
    else grouped.set(row.table, [row]);
  }
  return grouped;
}

/** What a live query names that cares for one shard of a table only. */
export const topicOf = (table: string, shard: string): string => `${table}@${shard}`;

const idsOf = (rows: readonly { readonly id: string }[]): ReadonlySet<string> => new Set(rows.map((row) => row.id));

type PreparedTables = readonly (readonly [table: string, rows: PreparedRows])[];

/** Where others have written too, any row may stand already. */
const EVERY_ID: KnownIds = { has: () => true, add: () => undefined, delete: () => undefined, size: 0 };

const NO_SHARDS: ReadonlyMap<string, number> = new Map();

const endOfTurn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

/** The rows of every table, for their ids: new rows are written faster than changed ones. */
async function idsOfAll(engine: SqlEngine, schema: StoreSchema): Promise<readonly { table: string; id: string }[]> {
  const each = [...schema.tables.keys()].map((name) => `select '${name}' as "table", id from ${quote(name)}`);
  return (await engine.query<{ table: string; id: string }>(each.join(' union all '))).rows;
}

/**
 * A store over an engine, at once; `close` closes both. What it is asked before `opened` waits for that: rows are folded
 * and prepared while the database still opens. See `OpeningStore`.
 */
export function beginStore<DB>(engine: SqlEngine, schema: StoreSchema): OpeningStore<DB> {
  let seq = 0;
  const { kept = false } = engine;
  const shardSeqs = new Map<string, number>();
  const idsAtFirst = (): KnownIds => (kept ? EVERY_ID : new Set<string>());
  const present = new Map([...schema.tables.keys()].map((name) => [name, idsAtFirst()]));
  let idsKnown = engine.empty || kept;
  const open = async (): Promise<void> => {
    if (kept) {
      const progress = await readProgress(engine);
      seq = progress.projectedSeq;
      for (const [shard, reached] of progress.shards) shardSeqs.set(shard, reached);
      return;
    }
    seq = unwrap(await migrate(engine, schema)).projectedSeq;
    if (idsKnown) return;
    for (const { table, id } of await idsOfAll(engine, schema)) present.get(table)?.add(id);
    idsKnown = true;
  };
  const opened = open();
  const afterOpening: Queryable = {
    query: (sql, parameters) => opened.then(() => engine.query(sql, parameters)),
    transaction: (run) => opened.then(() => engine.transaction(run)),
  };
  const db: Kysely<DB> = kyselyOver<DB>(afterOpening);
  const bell = createBell();
  const upkeep = createUpkeep(engine, (table) => present.get(table)?.size ?? 0);
  let broken: unknown;
  let tail: Promise<unknown> = opened.catch((error: unknown) => {
    broken = error;
  });
  let preparing: Promise<unknown> = idsKnown ? Promise.resolve() : tail;
  let waiting = 0;

  /**
   * Runs writes one after another. After one failed, the rows no longer follow the journal: every later write is
   * refused, so that `projectedSeq` never passes a hole, and the owner opens a new store and fills it again.
   */
  function inOrder(write: () => Promise<Iterable<string>>): Promise<void> {
    const run = async () => {
      if (broken !== undefined) {
        throw new InvariantError(`the projection broke earlier and has to be rebuilt: ${String(broken)}`);
      }
      try {
        bell.ring(await write());
      } catch (error) {
        broken = error;
        throw error;
      }
    };
    waiting += 1;
    const done = tail.then(run).finally(() => {
      waiting -= 1;
    });
    // Housekeeping comes when nothing waits to be written; what is written after it waits for it.
    tail = done.then(() => (waiting === 0 && !kept ? upkeep.tend() : undefined)).catch(() => {});
    return done;
  }

  const prepareNow = (grouped: ReadonlyMap<string, ProjectableRow[]>): PreparedTables =>
    [...grouped].flatMap(([name, group]) => {
      const [table, ids] = [schema.tables.get(name), present.get(name)];
      const rowsOfTable = table && ids && prepareRows(table, group, ids);
      return rowsOfTable ? [[name, rowsOfTable] as const] : [];
    });

  /**
   * Prepares batches one after another. While others are under way a batch waits for the end of the turn: preparing it
   * would hold back the statements that are about to leave for the database's thread.
   */
  function prepare(grouped: ReadonlyMap<string, ProjectableRow[]>): Promise<PreparedTables> {
    const ready =
      waiting === 0 && idsKnown
        ? Promise.resolve(prepareNow(grouped))
        : preparing.then(endOfTurn).then(() => prepareNow(grouped));
    preparing = ready.catch(() => {}); // whoever writes them sees it
    return ready;
  }

  async function derive(trx: Queryable, touched: TouchedRows): Promise<Set<string>> {
    const changed = new Set(touched.keys());
    if (touched.size === 0) return changed;
    const inside = kyselyOver(trx);
    for (const derivation of schema.derivations) {
      for (const table of await derivation.run(inside, touched)) changed.add(table);
    }
    return changed;
  }

  return {
    db,
    opened,
    project(rows, nextSeq, whole = NO_SHARDS) {
      invariant(Number.isSafeInteger(nextSeq) && nextSeq >= 0, 'a journal sequence is a whole number from 0');
      const grouped = byTable(rows, schema);
      const ready = prepare(grouped);
      return inOrder(async () => {
        const prepared = await ready;
        const reached = Math.max(seq, nextSeq);
        const begun = kept
          ? rows.filter(({ shard }) => !shardSeqs.has(shard)).map(({ shard }) => [shard, 0] as const)
          : [];
        if (grouped.size === 0 && reached === seq && whole.size === 0) return [];
        const changed = await engine.transaction(async (trx) => {
          // Statements run in the order they are given: none waits here for the one before.
          const writing = prepared.map(([, rowsOfTable]) => rowsOfTable.write(trx));
          if (reached !== seq) writing.push(writeMeta(trx, 'projected_seq', String(reached)));
          if (kept) writing.push(writeShards(trx, new Map([...begun, ...whole])));
          await Promise.all(writing);
          const derived = await derive(trx, new Map([...grouped].map(([name, group]) => [name, idsOf(group)])));
          for (const [name, group] of grouped) for (const { shard } of group) derived.add(topicOf(name, shard));
          return derived;
        });
        for (const [name, written] of prepared) upkeep.wrote(name, written.rows, written.changed);
        seq = reached;
        for (const [shard, at] of [...begun, ...whole]) shardSeqs.set(shard, at);
        return changed;
      });
    },
    forget(shards) {
      return inOrder(() =>
        engine.transaction(async (trx) => {
          const touched = new Map<string, ReadonlySet<string>>();
          const topics = new Set<string>();
          for (const name of schema.tables.keys()) {
            const { rows } = await trx.query<{ id: string; shard: string }>(
              `delete from ${quote(name)} where _shard = any($1::text[]) returning id, _shard as shard`,
              [[...shards]],
            );
            if (rows.length > 0) touched.set(name, idsOf(rows));
            for (const { id, shard } of rows) {
              topics.add(topicOf(name, shard));
              present.get(name)?.delete(id);
            }
          }
          if (kept) await forgetShards(trx, shards);
          for (const shard of shards) shardSeqs.delete(shard);
          const changed = await derive(trx, touched);
          for (const topic of topics) changed.add(topic);
          return changed;
        }),
      );
    },
    projectedSeq: () => seq,
    projectedShards: () => shardSeqs,
    versionOf: bell.lastRing,
    live: (tables, query, signal, same) => liveQuery({ bell, tables, query, signal, same }),
    async digest() {
      await tail;
      return digestOf(engine, schema);
    },
    async close() {
      bell.close();
      await tail;
      await engine.close();
    },
  };
}

/**
 * A store over a database that is already open; `close` closes it. For tests and for callers that keep the database.
 * Rejects with a `ProblemError` when the database cannot be brought to the schema.
 */
export async function storeOver<DB>(engine: SqlEngine, schema: StoreSchema): Promise<Store<DB>> {
  const store = beginStore<DB>(engine, schema);
  await store.opened;
  return store;
}

/** Begins to open a store in memory: over the engine given, or over a PGlite of its own in this thread. */
export function openingStore<DB>({ tables, derivations, engine, template = null }: StoreOptions): OpeningStore<DB> {
  const source =
    engine ??
    // read only where it is used: a browser's database is in a thread of its own, and so is its program
    import('./pglite.ts')
      .then(({ openPGlite }) => openPGlite(template ? { template: template.arrayBuffer() } : {}))
      .then((pglite) => engineOver(pglite, true));
  return beginStore<DB>(source instanceof Promise ? engineLater(source) : source, storeSchema(tables, derivations));
}

/** The same, once it is open. */
export async function openStore<DB>(options: StoreOptions): Promise<Store<DB>> {
  const store = openingStore<DB>(options);
  try {
    await store.opened;
    return store;
  } catch (error) {
    await store.close();
    throw error;
  }
}
