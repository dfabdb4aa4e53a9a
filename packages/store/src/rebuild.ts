/** Proves a projection by making it again: the same rows through a second store have to give the same content. */

import { openStore } from './store.ts';
import type { ProjectableRow, Store, StoreOptions } from './types.ts';

/** Names of the tables, derived ones included, whose content differs from what `rows` (all of them) give. Empty: equal. */
export async function rebuildAndCompare(
  store: Pick<Store, 'digest'>,
  rows: readonly ProjectableRow[],
  options: StoreOptions,
): Promise<readonly string[]> {
  const rebuilt = await openStore(options);
  try {
    await rebuilt.project(rows, 0);
    const [shown, expected] = [await store.digest(), await rebuilt.digest()];
    return Object.keys({ ...shown, ...expected }).filter((table) => shown[table] !== expected[table]);
  } finally {
    await rebuilt.close();
  }
}
