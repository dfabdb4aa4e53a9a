import { describe, expect, it } from 'vitest';
import { ACTIONS, can, PERMISSIONS, type Principal, ROLES, type Role, regionsOf, shardAccess } from './permissions.ts';
import { unwrap } from './problem.ts';
import { parseShard } from './shards.ts';

const WEST = '0199a1d2-0000-7000-8000-000000000001';
const EAST = '0199a1d2-0000-7000-8000-000000000002';

const principal = (role: Role, regionIds: readonly string[] | null): Principal => ({
  tenantId: 't1',
  userId: 'u1',
  deviceId: 'd1',
  name: 'Test',
  roles: [{ role, regionIds }],
});

const ruleOf = (result: ReturnType<typeof can>): string => (result.ok ? 'ok' : (result.problems[0].rule ?? ''));

describe('permissions', () => {
  it.each([
    ['coordinator', [WEST], 'schedule.write', WEST, 'ok'],
    ['coordinator', [WEST], 'schedule.write', EAST, 'PERM-REGION'],
    ['coordinator', null, 'schedule.write', EAST, 'ok'],
    ['coordinator', [WEST], 'orgs.read', null, 'ok'],
    ['coordinator', [WEST], 'orgs.write', null, 'PERM-ACTION'],
    ['viewer', [WEST], 'schedule.read', WEST, 'ok'],
    ['viewer', [WEST], 'schedule.write', WEST, 'PERM-ACTION'],
    ['integration', [EAST], 'patients.write', EAST, 'PERM-ACTION'],
    ['admin', null, 'identity.manage', null, 'ok'],
    ['coordinator', [WEST], 'schedule.read', null, 'PERM-REGION'],
  ] as const)('%s in %j asks %s in %s: %s', (role, regionIds, action, regionId, expected) => {
    expect(ruleOf(can(principal(role, regionIds), action, { tenantId: 't1', regionId }))).toBe(expected);
  });

  it('PERM-TENANT: nobody acts in another organisation, whatever the role', () => {
    for (const role of ROLES) {
      for (const action of ACTIONS) {
        expect(ruleOf(can(principal(role, null), action, { tenantId: 't2', regionId: WEST }))).toBe('PERM-TENANT');
      }
    }
  });

  it('whoever writes a subject may also read it', () => {
    for (const role of ROLES) {
      for (const action of Object.keys(PERMISSIONS[role])) {
        const [subject = '', verb] = action.split('.');
        if (verb !== 'write' || subject === 'import') continue;
        expect(Object.keys(PERMISSIONS[role])).toContain(`${subject}.read`);
      }
    }
  });

  it('grants of several roles add up', () => {
    const both: Principal = {
      ...principal('viewer', [EAST]),
      roles: [
        { role: 'viewer', regionIds: [EAST] },
        { role: 'coordinator', regionIds: [WEST] },
      ],
    };
    expect(ruleOf(can(both, 'schedule.write', { tenantId: 't1', regionId: WEST }))).toBe('ok');
    expect(ruleOf(can(both, 'schedule.write', { tenantId: 't1', regionId: EAST }))).toBe('PERM-REGION');
    expect(regionsOf(both)).toEqual([EAST, WEST]);
    expect(regionsOf(principal('admin', null))).toBeNull();
  });

  it.each([
    ['viewer', [WEST], `schedule/${WEST}/2026-W47`, 'read'],
    ['coordinator', [WEST], `schedule/${WEST}/2026-W47`, 'write'],
    ['coordinator', [WEST], `schedule/${EAST}/2026-W47`, 'none'],
    ['coordinator', [WEST], 'org', 'read'],
    ['admin', null, 'org', 'write'],
    ['integration', [WEST], `region/${WEST}/patients`, 'read'],
    ['coordinator', [WEST], `patient/${WEST}/${EAST}`, 'write'],
    ['coordinator', [WEST], `patient/${EAST}/${WEST}`, 'none'],
    ['viewer', [WEST], `patient/${WEST}/${EAST}`, 'read'],
    ['integration', [WEST], `patient/${WEST}/${EAST}`, 'read'],
  ] as const)('%s in %j has on %s: %s', (role, regionIds, shard, expected) => {
    expect(shardAccess(principal(role, regionIds), 't1', unwrap(parseShard(shard)))).toBe(expected);
    expect(shardAccess(principal(role, regionIds), 't2', unwrap(parseShard(shard)))).toBe('none');
  });
});

it.each([
  '',
  'org/',
  'orgs',
  'region/x/roster',
  `region/${WEST}/roster/x`,
  `schedule/${WEST}/2026-W60`,
  `schedule/../org`,
  `patient/${WEST}`,
  `patient/${WEST}/x`,
  `patient/${WEST}/${EAST}/x`,
])('SHARD-NAME: %j names no shard', (text) => expect(parseShard(text).ok).toBe(false));
