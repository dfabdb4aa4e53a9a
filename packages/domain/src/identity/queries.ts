import type { Store } from '@fieldfare/store';
import type { Database } from '../database.ts';

/** Names of everybody who signs in, by user id: for "who did what". Disabled and deleted users included. */
export async function userNames(store: Pick<Store<Database>, 'db'>): Promise<ReadonlyMap<string, string>> {
  const rows = await store.db.selectFrom('users').select(['id', 'name']).execute();
  return new Map(rows.map(({ id, name }) => [id, name]));
}
