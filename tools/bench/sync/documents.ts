/** How long a shard takes to load, how large a document grows, and what judging a received update costs. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { tables, type Visit, visits } from '@fieldfare/domain';
import { createRow, newId, systemClock, systemRandom, unwrap, updateRow } from '@fieldfare/kernel';
import { createReplica, openJournal, type Replica } from '@fieldfare/sync';
import { nodeAead, openNodeFiles } from '@fieldfare/sync/node';
import { quantile } from '../../lib/metrics.ts';
import { openForgetful, prepare, shardOf, visitRow, weekOf } from './workload.ts';

const REGION = newId(systemClock, systemRandom);
const TENANT = newId(systemClock, systemRandom);
const USER = newId(systemClock, systemRandom);
const BATCH = 200;
const LOADS = 7;

const rowsOf = (count: number): readonly Visit[] =>
  Array.from({ length: count }, (_, n) => visitRow(REGION, weekOf(0), n));

async function fill(replica: Replica, rows: readonly Visit[], edits: number): Promise<void> {
  for (let at = 0; at < rows.length; at += BATCH) {
    unwrap(
      await replica.commit(
        rows.slice(at, at + BATCH).map((row) => createRow(visits, row)),
        USER,
      ),
    );
  }
  for (let edit = 0; edit < edits; edit += 1) {
    for (let at = 0; at < rows.length; at += BATCH) {
      const changes = rows.slice(at, at + BATCH).map((row) => updateRow(visits, row, { minutes: 20 + edit }));
      unwrap(await replica.commit(changes, USER));
    }
  }
}

/** Median ms to load a shard of `count` rows from an encrypted journal on disk. */
export async function loadTime(count: number): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'ff-bench-'));
  const journal = unwrap(
    await openJournal({
      files: unwrap(await openNodeFiles(folder)),
      tenantId: TENANT,
      key: systemRandom.bytes(32),
      random: systemRandom,
      aead: nodeAead,
    }),
  );
  const replica = unwrap(
    await createReplica({
      tenantId: TENANT,
      journal,
      tables,
      clock: systemClock,
      random: systemRandom,
      authority: true,
    }),
  );
  await fill(replica, rowsOf(count), 0);
  const shard = shardOf(REGION, 0);
  const times: number[] = [];
  for (let n = 0; n < LOADS; n += 1) {
    replica.unload([shard]);
    const since = performance.now();
    unwrap(await replica.load([shard]));
    times.push(performance.now() - since);
  }
  await replica.close();
  rmSync(folder, { recursive: true, force: true });
  return quantile(times, 0.5);
}

/** Bytes of the document for each row after every row was edited `edits` times. */
export async function bytesPerRow(count: number, edits: number): Promise<number> {
  const replica = await openForgetful(TENANT);
  await fill(replica, rowsOf(count), edits);
  const bytes = replica.diff(shardOf(REGION, 0)).length;
  await replica.close();
  return bytes / count;
}

/** Bytes of a document in which two clients wrote one field in turn, `writes` times. */
export async function alternating(writes: number): Promise<number> {
  const shard = shardOf(REGION, 0);
  const replicas = [await openForgetful(TENANT), await openForgetful(TENANT)] as const;
  const [row] = rowsOf(1) as [Visit];
  for (const [n, replica] of replicas.entries()) {
    unwrap(await replica.load([shard]));
    const other = replicas[1 - n] as Replica;
    replica.onTouched(({ origin, update }) => {
      if (origin === 'local' && update !== undefined) void other.receive(shard, update, { subject: null });
    });
  }
  unwrap(await replicas[0].commit([createRow(visits, row)], USER));
  for (let n = 0; n < writes; n += 1) {
    unwrap(await (replicas[n % 2] as Replica).commit([updateRow(visits, row, { minutes: 20 + (n % 60) })], USER));
  }
  const bytes = replicas[0].diff(shard).length;
  for (const replica of replicas) await replica.close();
  return bytes;
}

/** Median ms of judging, storing nowhere and applying one person's edit beside 2,000 rows of others. */
export async function receiveCost(): Promise<number> {
  const replica = await openForgetful(TENANT);
  await fill(replica, rowsOf(2_000), 0);
  const updates = await prepare({ tenantId: TENANT, userId: USER, regionId: REGION }, 0, 1, 500);
  const shard = shardOf(REGION, 0); // calendar arithmetic, which takes as long as the receiving
  const times: number[] = [];
  for (const { update } of updates) {
    const since = performance.now();
    unwrap(await replica.receive(shard, update, { subject: USER }));
    times.push(performance.now() - since);
  }
  await replica.close();
  return quantile(times.slice(100), 0.5);
}
