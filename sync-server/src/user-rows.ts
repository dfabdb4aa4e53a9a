/** The replicated `users` rows (names behind changes and conflicts), derived from the server's own accounts. */
import { users } from '@fieldfare/domain';
import {
  createRow,
  deterministicId,
  type JsonValue,
  ok,
  orgShard,
  type Result,
  type RowChange,
} from '@fieldfare/kernel';
import type { Replica } from '@fieldfare/sync';
import type { AccountRecord } from './accounts/model.ts';

/** Author of what the server itself writes. */
export const SERVER_USER_ID = deterministicId('user', 'server');

function rowOf(account: AccountRecord) {
  return {
    id: account.id,
    name: account.name,
    login: account.login,
    roles: account.roles,
    disabledAt: account.disabledAt === null ? null : new Date(account.disabledAt).toISOString(),
  };
}

/** Commits what differs; nothing when the rows are right. */
export async function reconcileUsers(replica: Replica, accounts: readonly AccountRecord[]): Promise<Result<void>> {
  const loaded = await replica.load([orgShard]);
  if (!loaded.ok) return loaded;
  const changes: RowChange[] = [];
  for (const account of accounts) {
    const wanted = createRow(users, rowOf(account));
    const stored = replica.row(orgShard, users.name, account.id);
    if (!stored) {
      changes.push(wanted);
      continue;
    }
    const set: Record<string, JsonValue> = {};
    for (const [field, value] of Object.entries(wanted.set)) {
      if (JSON.stringify(stored.fields[field]) !== JSON.stringify(value)) set[field] = value;
    }
    if (Object.keys(set).length > 0) changes.push({ ...wanted, set });
  }
  if (changes.length === 0) return ok(undefined);
  const written = await replica.commit(changes, SERVER_USER_ID);
  return written.ok ? ok(undefined) : written;
}
