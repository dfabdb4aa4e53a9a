/** Account commands on any process: those that touch a tenant's rows run where the tenant is served. */
import { type Clock, fail, newId, problem, type Random } from '@fieldfare/kernel';
import { z } from 'zod';
import type { Directory } from '../accounts/directory.ts';
import type { Admin } from '../admin.ts';
import type { Tenants } from '../tenants.ts';
import type { Errands } from './errands.ts';

const concerns = z.looseObject({
  command: z.string(),
  id: z.string().optional(),
  tenant: z.string().optional(),
  login: z.string().optional(),
});

export function createClusterAdmin(options: {
  readonly admin: Admin;
  readonly directory: Directory;
  readonly tenants: Pick<Tenants, 'find'>;
  readonly errands: Errands;
  readonly clock: Clock;
  readonly random: Random;
}): Admin {
  const { admin, directory, tenants, errands, clock, random } = options;

  /** Null: none, or none that is known; the command itself says what is wrong with it. */
  function tenantOf({ command, id, tenant, login }: z.output<typeof concerns>): string | null {
    if (command === 'tenant.add') return id ?? null;
    if (tenant !== undefined) {
      return directory.tenants().find((one) => one.id === tenant || one.name === tenant)?.id ?? null;
    }
    const account = login !== undefined && command.startsWith('user.') ? directory.user(login) : null;
    return account?.ok ? account.value.tenantId : null;
  }

  return async (raw) => {
    const parsed = concerns.safeParse(raw);
    if (!parsed.success) return admin(raw);
    // A tenant's id decides where it is, so it has one before anything is written.
    const { id = newId(clock, random) } = parsed.data;
    const command = parsed.data.command === 'tenant.add' ? { ...parsed.data, id } : parsed.data;
    const tenantId = tenantOf(command);
    const place = tenantId === null ? null : tenants.find(tenantId);
    if (place?.at === 'elsewhere') return errands.send(place.url, command);
    if (place?.at === 'nowhere') {
      return fail(problem('busy', 'no server looks after this organisation at the moment', { rule: 'SRV-ERRAND' }));
    }
    return admin(command);
  };
}
