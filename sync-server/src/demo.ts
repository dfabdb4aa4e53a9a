/** Fills an empty data directory with the demo agency: made-up people, so that anybody may look. */
import { buildDemoAgency, type DemoAccount, type DemoSize } from '@fieldfare/demo';
import { type Clock, dateAt, fail, ok, problem, type Result } from '@fieldfare/kernel';
import type { Core } from './core.ts';
import { SERVER_USER_ID } from './user-rows.ts';

/** Rows written with one flush; keeps a commit well under what one update may hold. */
const COMMIT_ROWS = 2000;
const DEMO_ZONE = 'America/Toronto';

/**
 * Ok with the demo's accounts, also when an earlier start made them. Refused over a directory that holds another tenant:
 * demo passwords are public.
 */
export async function seedDemo(core: Core, size: DemoSize, clock: Clock): Promise<Result<readonly DemoAccount[]>> {
  const { directory } = core.accounts;
  const agency = buildDemoAgency({ size, today: dateAt(clock.now(), DEMO_ZONE) });
  const others = directory.tenants().filter((tenant) => tenant.id !== agency.tenantId);
  if (others.some((tenant) => !tenant.synthetic)) {
    return fail(
      problem('conflict', 'this data directory holds a real organisation: the demo needs a directory of its own', {
        rule: 'SRV-DEMO',
      }),
    );
  }
  const complete = agency.accounts.every((account) => directory.user(account.login).ok);
  if (directory.tenant(agency.tenantId) && complete) return ok(agency.accounts);

  const { id, name } = agency.organisation;
  if (!directory.tenant(id)) {
    const added = await directory.addTenant({ id, name, synthetic: true });
    if (!added.ok) return added;
  }
  const tenant = await core.tenants.open(id);
  if (!tenant.ok) return tenant;
  const { replica } = tenant.value;
  // Ids are deterministic and accounts come last: an interrupted start does the same again.
  const shards = [...new Set(agency.changes.map((change) => change.shard))];
  const loaded = await replica.load(shards);
  if (!loaded.ok) return loaded;
  for (let at = 0; at < agency.changes.length; at += COMMIT_ROWS) {
    const written = await replica.commit(agency.changes.slice(at, at + COMMIT_ROWS), SERVER_USER_ID);
    if (!written.ok) return written;
  }
  replica.unload(shards);
  for (const account of agency.accounts) {
    if (directory.user(account.login).ok) continue;
    const { userId, login, password, roles } = account;
    const added = await directory.addUser({ id: userId, tenantId: id, login, name: account.name, roles, password });
    if (!added.ok) return added;
  }
  return ok(agency.accounts);
}
