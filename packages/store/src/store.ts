/** Opens the projection: SQL rows computed from the journal, in memory, always rebuildable. */
import type { PGlite } from '@electric-sql/pglite';
import { InvariantError, invariant, unwrap } from '@fieldfare/kernel';
import type { Kysely } from 'kysely';
import { upsertRows } from './bulk.ts';
import { kyselyOver, type Queryable } from './dialect.ts';
import { digestOf } from './digest.ts';
import { createBell, liveQuery } from './live.ts';
import { migrate, writeMeta } from './migrate.ts';
import { openPGlite } from './pglite.ts';
import { quote, type StoreSchema, storeSchema } from './schema.ts';
import type { ProjectableRow, Store, StoreOptions, TouchedRows } from './types.ts';
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

/**
 * A store over a PGlite that is already open; `close` closes it. For tests and for callers that keep the database.
 * Rejects with a `ProblemError` when the database cannot be brought to the schema.
 */
export async function storeOver<DB>(pglite: PGlite, schema: StoreSchema): Promise<Store<DB>> {
  let seq = unwrap(await migrate(pglite, schema)).projectedSeq;
  const db: Kysely<DB> = kyselyOver<DB>(pglite);
  const bell = createBell();
  const upkeep = createUpkeep(pglite);
  let tail: Promise<unknown> = Promise.resolve();
  let broken: unknown;

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
    const done = tail.then(run);
    // Whoever wrote need not wait for the housekeeping; the next write does.
    tail = done.then(() => upkeep.tend()).catch(() => {});
    return done;
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
    project(rows, nextSeq) {
      invariant(Number.isSafeInteger(nextSeq) && nextSeq >= 0, 'a journal sequence is a whole number from 0');
      return inOrder(async () => {
        const grouped = byTable(rows, schema);
        const reached = Math.max(seq, nextSeq);
        if (grouped.size === 0 && reached === seq) return [];
        const changed = await pglite.transaction(async (trx) => {
          for (const [name, group] of grouped) {
            const table = schema.tables.get(name);
            if (table) await upsertRows(trx, table, group);
          }
          const derived = await derive(trx, new Map([...grouped].map(([name, group]) => [name, idsOf(group)])));
          for (const [name, group] of grouped) for (const { shard } of group) derived.add(topicOf(name, shard));
          if (reached !== seq) await writeMeta(trx, 'projected_seq', String(reached));
          return derived;
        });
        for (const [name, group] of grouped) upkeep.wrote(name, group.length);
        seq = reached;
        return changed;
      });
    },
    forget(shards) {
      return inOrder(() =>
        pglite.transaction(async (trx) => {
          const touched = new Map<string, ReadonlySet<string>>();
          const topics = new Set<string>();
          for (const name of schema.tables.keys()) {
            const { rows } = await trx.query<{ id: string; shard: string }>(
              `delete from ${quote(name)} where _shard = any($1::text[]) returning id, _shard as shard`,
              [[...shards]],
            );
            if (rows.length > 0) touched.set(name, idsOf(rows));
            for (const { shard } of rows) topics.add(topicOf(name, shard));
          }
          const changed = await derive(trx, touched);
          for (const topic of topics) changed.add(topic);
          return changed;
        }),
      );
    },
    projectedSeq: () => seq,
    live: (tables, query, signal, same) => liveQuery({ bell, tables, query, signal, same }),
    async digest() {
      await tail;
      return digestOf(pglite, schema);
    },
    async close() {
      bell.close();
      await tail;
      if (!pglite.closed) await pglite.close();
    },
  };
}

/** Opens a store of its own in memory, from a template when there is one. */
export async function openStore<DB>(options: StoreOptions): Promise<Store<DB>> {
  const schema = storeSchema(options.tables, options.derivations);
  const pglite = await openPGlite({ template: options.template ?? null, assets: options.pglite });
  try {
    return await storeOver<DB>(pglite, schema);
  } catch (error) {
    await pglite.close();
    throw error;
  }
}
