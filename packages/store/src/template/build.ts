/** A data directory with the schema in it: opening from it skips initdb, which is most of a cold start. */
import type { AnyTable } from '@fieldfare/kernel';
import { engineOver } from '../engine.ts';
import { openPGlite } from '../pglite.ts';
import { storeSchema } from '../schema.ts';
import { storeOver } from '../store.ts';
import type { Derivation } from '../types.ts';

/** PostgreSQL's own spare databases: two thirds of a fresh data directory. */
const SHRINK = [
  'update pg_database set datistemplate = false, datallowconn = true',
  'drop database if exists template0',
  'drop database if exists template1',
  'vacuum full',
  'vacuum analyze',
  'checkpoint',
  'checkpoint',
];

/**
 * The bytes of an uncompressed data directory for these tables. Uncompressed because it opens sooner; whoever sends
 * it over a network compresses the transfer.
 */
export async function buildTemplate(
  tables: ReadonlyMap<string, AnyTable>,
  derivations: readonly Derivation[] = [],
): Promise<Uint8Array<ArrayBuffer>> {
  const pglite = await openPGlite({});
  const store = await storeOver(engineOver(pglite), storeSchema(tables, derivations));
  try {
    for (const statement of SHRINK) await pglite.exec(statement);
    const dump = await pglite.dumpDataDir('none');
    return new Uint8Array(await dump.arrayBuffer());
  } finally {
    await store.close();
  }
}
