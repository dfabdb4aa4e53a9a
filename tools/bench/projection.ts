/** How fast rows are projected: by the app, whose database has a thread of its own, and by a server or companion. */
import { MessageChannel, Worker } from 'node:worker_threads';
import type { DemoAgency } from '@fieldfare/demo';
import { derivations, tables } from '@fieldfare/domain';
import { deterministicId, unwrap } from '@fieldfare/kernel';
import {
  openRemoteEngine,
  openStore,
  type ProjectableRow,
  type RemoteEngineOptions,
  type SqlEngine,
  schemaHash,
} from '@fieldfare/store';
import { loadTemplateFromDisk } from '@fieldfare/store/template-node';
import { quantile } from '../lib/metrics.ts';
import type { DatabaseThreadData } from './database-thread.ts';

const ROUNDS = 5;
const BATCH = 5_000;
/** So many times what the large agency holds of all its weeks, 28,000 visits: 111,000 rows in 23 batches. */
const MORE = 4;

/** Rows a second, medians. */
export interface ProjectionRates {
  /** By a database that was just opened, most of its program not yet optimised. */
  readonly cold: number;
  /** `MORE` times as many, by the same database. */
  readonly added: number;
  readonly changed: number;
}

function rowsOf(demo: DemoAgency): readonly ProjectableRow[] {
  const stamp = '018f00000000-0000-bench';
  return demo.rows.visits.map((visit) => {
    const { id, ...fields } = visit;
    const names = Object.keys(fields);
    return {
      shard: `schedule/${visit.regionId}/${visit.week}`,
      table: 'visits',
      id,
      version: 1,
      fields,
      stamps: Object.fromEntries(names.map((name) => [name, stamp])),
      authors: Object.fromEntries(names.map((name) => [name, demo.tenantId])),
      siblings: {},
      deleted: false,
      stamp,
    };
  });
}

/** An engine in another thread, its template fetched from `folder`. */
export function engineInThread(folder: string): Promise<SqlEngine> {
  const { port1, port2 } = new MessageChannel();
  const workerData: DatabaseThreadData = { port: port2, folder };
  const worker = new Worker(new URL('./database-thread.ts', import.meta.url), { workerData, transferList: [port2] });
  return openRemoteEngine({
    endpoint: port1 as unknown as RemoteEngineOptions['endpoint'],
    schemaHash: schemaHash(tables, derivations),
    terminate() {
      port1.close();
      void worker.terminate();
    },
  });
}

/** Rows of an agency as a first opening projects them, then many others, then the first ones changed. */
export async function projectionRates(
  demo: DemoAgency,
  openEngine?: () => Promise<SqlEngine>,
): Promise<ProjectionRates> {
  const rows = rowsOf(demo);
  const more = Array.from({ length: MORE }, (_, copy) =>
    rows.map((row) => ({ ...row, id: deterministicId(`bench ${copy}`, row.id) })),
  ).flat();
  const rates = { cold: [] as number[], added: [] as number[], changed: [] as number[] };
  for (let round = 0; round < ROUNDS; round += 1) {
    const source = openEngine
      ? { engine: await openEngine() }
      : { template: unwrap(await loadTemplateFromDisk(schemaHash(tables, derivations))) };
    const store = await openStore({ tables, derivations: [], ...source });
    for (const [kind, batch] of [
      ['cold', rows],
      ['added', more],
      ['changed', rows],
    ] as const) {
      const since = performance.now();
      // One batch is prepared while the last is written, as the product's projector does it.
      let written = Promise.resolve();
      for (let at = 0; at < batch.length; at += BATCH) {
        const done = store.project(batch.slice(at, at + BATCH), at + 1);
        await written;
        written = done;
      }
      await written;
      rates[kind].push(batch.length / ((performance.now() - since) / 1000));
    }
    await store.close();
  }
  return {
    cold: quantile(rates.cold, 0.5),
    added: quantile(rates.added, 0.5),
    changed: quantile(rates.changed, 0.5),
  };
}
