/** The one row that names the organisation inside its own data. */
import { organisations } from '@fieldfare/domain';
import { createRow, ok, orgShard, type Result } from '@fieldfare/kernel';
import type { Replica } from '@fieldfare/sync';
import type { TenantRecord } from './accounts/model.ts';
import { SERVER_USER_ID } from './user-rows.ts';

export async function putOrganisation(replica: Replica, tenant: TenantRecord): Promise<Result<void>> {
  const loaded = await replica.load([orgShard]);
  if (!loaded.ok) return loaded;
  if (replica.row(orgShard, organisations.name, tenant.id)) return ok(undefined);
  const { id, name, synthetic } = tenant;
  const written = await replica.commit([createRow(organisations, { id, name, synthetic })], SERVER_USER_ID);
  return written.ok ? ok(undefined) : written;
}
