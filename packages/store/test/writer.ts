/** A process that projects batch after batch into a tenant's rows, until it is killed: `node writer.ts URL ROLE TENANT`. */
import { unwrap } from '@fieldfare/kernel';
import { openProjections } from '../src/postgres/index.ts';
import { storeSchema } from '../src/schema.ts';
import { storeOver } from '../src/store.ts';
import { counts, row, testTables } from './fixtures.ts';

/** Rows of a batch: the same ids every time, each with the batch's number. */
export const batchOf = (seq: number) =>
  Array.from({ length: 1_000 }, (_, n) => row(`row-${n}`, { groupName: `g${seq % 5}`, total: seq }));

const [url, role, tenantId] = process.argv.slice(2);
if (import.meta.main && url && role && tenantId) {
  const options = { url, role, tables: testTables, derivations: [counts], release: 'test' };
  const engine = unwrap(await unwrap(await openProjections(options)).open({ tenantId }));
  const store = await storeOver(engine, storeSchema(testTables, [counts]));
  for (let seq = store.projectedSeq() + 1; ; seq += 1) {
    await store.project(batchOf(seq), seq, new Map([['org', seq]]));
    process.stdout.write(`${seq}\n`);
  }
}
