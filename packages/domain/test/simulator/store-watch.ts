/** The real projection beside a simulated replica: PGlite, fed by what the replica reports, compared with a rebuild. */
import type { Store } from '@fieldfare/store';
import type { FoldedRow, Replica } from '@fieldfare/sync';
import type { Watch } from '@fieldfare/sync/simulator';
import { sql } from 'kysely';
import type { Database } from '../../src/database.ts';
import { CONFLICT_JSON } from '../../src/scheduling/conflicts/queries.ts';
import { openTestStore } from '../context.ts';
import { deriveAll, tablesOfRows } from './derive.ts';
import { rowsOf, SHARDS } from './planning-model.ts';

/** Databases are opened once and handed on, emptied. */
export function createStorePool() {
  const idle: Store<Database>[] = [];
  const all: Store<Database>[] = [];

  async function take(): Promise<Store<Database>> {
    const store = idle.pop() ?? (await openTestStore());
    if (!all.includes(store)) all.push(store);
    return store;
  }

  const giveBack = async (store: Store<Database>): Promise<void> => {
    await store.forget([...SHARDS]);
    idle.push(store);
  };

  /** What a database says that sees these rows for the first time. */
  async function digestOf(rows: readonly FoldedRow[]): Promise<Readonly<Record<string, string>>> {
    const store = await take();
    await store.project(rows, store.projectedSeq() + 1);
    const digest = await store.digest();
    await giveBack(store);
    return digest;
  }

  return {
    close: () => Promise.all(all.map((store) => store.close())),
    /** Runs beside virtual time: what it makes is looked at only when it has caught up. */
    watch(replica: Replica): Watch {
      const opened = take();
      let tail: Promise<unknown> = opened;
      const project = (rows: readonly FoldedRow[]): void => {
        tail = tail.then(() => opened).then((store) => store.project(rows, store.projectedSeq() + 1));
      };
      project([...rowsOf(replica)]);
      const stop = replica.onTouched(({ shard, rows }) => {
        project([...rows].flatMap(([table, ids]) => [...ids].flatMap((id) => replica.row(shard, table, id) ?? [])));
      });
      return {
        async check() {
          await tail;
          const store = await opened;
          const rows = [...rowsOf(replica)];
          const { rows: found } = await sql<{ readonly entry: string }>`
            select ${CONFLICT_JSON} as entry from conflicts`.execute(store.db);
          const stored = found.map(({ entry }) => JSON.parse(entry) as { readonly id: string });
          const expected = deriveAll(tablesOfRows(rows));
          const laws: string[] = [];
          const idsOf = (conflicts: readonly { readonly id: string }[]): string =>
            conflicts
              .map(({ id }) => id)
              .sort()
              .join(' ');
          if (idsOf(stored) !== idsOf(expected))
            laws.push('CNF-REBUILD the database keeps other conflicts than the rows give');
          const [kept, rebuilt] = [await store.digest(), await digestOf(rows)];
          const differing = Object.keys(rebuilt).filter((table) => kept[table] !== rebuilt[table]);
          if (differing.length > 0) laws.push(`STO-INCREMENTAL ${differing.join(', ')} differ from a rebuild`);
          return laws;
        },
        async summary() {
          await tail;
          const store = await opened;
          return JSON.stringify(await store.digest());
        },
        async stop() {
          stop();
          await tail;
          const store = await opened;
          await giveBack(store);
        },
      };
    },
  };
}
