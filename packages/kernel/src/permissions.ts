/**
 * Who may do what where, as data. `can` is pure and is the only judge: the tRPC middleware, the client's
 * sync, and the server's rooms all ask it.
 */
import { fail, ok, problem, type Result } from './problem.ts';
import type { ShardRef } from './shards.ts';
import type { IsoWeek } from './zoned-time.ts';

export const ROLES = ['admin', 'coordinator', 'viewer', 'integration'] as const;
export type Role = (typeof ROLES)[number];

export const ACTIONS = [
  'orgs.read',
  'orgs.write',
  'identity.read',
  'identity.manage',
  'patients.read',
  'patients.write',
  'clinical.read',
  'clinical.write',
  'workforce.read',
  'workforce.write',
  'partners.read',
  'partners.write',
  'schedule.read',
  'schedule.write',
  'import.write',
] as const;
export type Action = (typeof ACTIONS)[number];

/** How far a grant reaches: every region of the tenant, or the regions named in the role's assignment. */
export type Reach = 'tenant' | 'region';

export interface RoleAssignment {
  readonly role: Role;
  /** Regions this role holds in; null: all of the tenant. */
  readonly regionIds: readonly string[] | null;
}

/** The one who acts: taken from a verified token on the server, from the unlocked profile on a laptop. */
export interface Principal {
  readonly tenantId: string;
  readonly userId: string;
  readonly deviceId: string;
  readonly name: string;
  readonly roles: readonly RoleAssignment[];
}

/** What is acted on. `regionId: null` means tenant-wide data. */
export interface Target {
  readonly tenantId: string;
  readonly regionId: string | null;
}

const READ_ALL: Partial<Record<Action, Reach>> = {
  'orgs.read': 'tenant',
  'identity.read': 'tenant',
  'patients.read': 'region',
  'clinical.read': 'region',
  'workforce.read': 'region',
  'partners.read': 'tenant',
  'schedule.read': 'region',
};

export const PERMISSIONS: Readonly<Record<Role, Readonly<Partial<Record<Action, Reach>>>>> = {
  viewer: READ_ALL,
  coordinator: {
    ...READ_ALL,
    'patients.write': 'region',
    'clinical.write': 'region',
    'workforce.write': 'region',
    'schedule.write': 'region',
    'import.write': 'region',
  },
  integration: {
    ...READ_ALL,
    'schedule.write': 'region',
    'import.write': 'region',
  },
  admin: {
    ...READ_ALL,
    'orgs.write': 'tenant',
    'identity.manage': 'tenant',
    'patients.write': 'region',
    'clinical.write': 'region',
    'workforce.write': 'region',
    'partners.write': 'tenant',
    'schedule.write': 'region',
    'import.write': 'region',
  },
};

/** Ok, or one `forbidden` problem (`PERM-TENANT`, `PERM-REGION`, `PERM-ACTION`). */
export function can(principal: Principal, action: Action, target: Target): Result<void> {
  if (principal.tenantId !== target.tenantId) {
    return fail(problem('forbidden', 'this belongs to another organisation', { rule: 'PERM-TENANT' }));
  }
  let granted = false;
  for (const { role, regionIds } of principal.roles) {
    const reach = PERMISSIONS[role][action];
    if (!reach) continue;
    granted = true;
    if (reach === 'tenant') return ok(undefined);
    if (regionIds === null || (target.regionId !== null && regionIds.includes(target.regionId))) return ok(undefined);
  }
  return granted
    ? fail(problem('forbidden', 'your role does not cover this region', { rule: 'PERM-REGION', params: { action } }))
    : fail(problem('forbidden', 'your role does not allow this', { rule: 'PERM-ACTION', params: { action } }));
}

/** The regions a principal can see, null for all. */
export function regionsOf(principal: Principal): readonly string[] | null {
  const ids = new Set<string>();
  for (const { regionIds } of principal.roles) {
    if (regionIds === null) return null;
    for (const id of regionIds) ids.add(id);
  }
  return [...ids];
}

const SHARD_ACTIONS: Record<ShardRef['kind'], { readonly read: Action; readonly write: Action }> = {
  org: { read: 'orgs.read', write: 'orgs.write' },
  roster: { read: 'workforce.read', write: 'workforce.write' },
  patients: { read: 'patients.read', write: 'patients.write' },
  schedule: { read: 'schedule.read', write: 'schedule.write' },
  patient: { read: 'clinical.read', write: 'clinical.write' },
};

export type ShardAccess = 'none' | 'read' | 'write';

/** What a principal may do with one shard of a tenant. `sealed`: whether a week can only be read (sealing.ts). */
export function shardAccess(
  principal: Principal,
  tenantId: string,
  shard: ShardRef,
  sealed: (week: IsoWeek) => boolean = () => false,
): ShardAccess {
  const target: Target = { tenantId, regionId: shard.regionId };
  const actions = SHARD_ACTIONS[shard.kind];
  if (!can(principal, actions.read, target).ok) return 'none';
  if (shard.kind === 'schedule' && sealed(shard.week)) return 'read';
  return can(principal, actions.write, target).ok ? 'write' : 'read';
}
