/** The demo's organisation, services, partner and accounts. */

import type { Organisation, Partner, Region, ServiceType, User } from '@fieldfare/domain/tables';
import { deterministicId, type RoleAssignment } from '@fieldfare/kernel';
import type { Area } from './geography.ts';

export const DEMO_NAME = 'Fieldfare Demo Agency (synthetic data)';
const ZONE = 'America/Toronto';

export interface DemoAccount {
  readonly userId: string;
  readonly login: string;
  /** Public: it guards made-up data only. */
  readonly password: string;
  readonly name: string;
  readonly roles: readonly RoleAssignment[];
}

type ServiceRow = readonly [code: string, name: string, minutes: number, roles: readonly string[], colour: string];

/** What is usual: personal support not again within four hours, a wound every second day at most. */
const SPACING: Readonly<Record<string, Pick<ServiceType, 'spacingMinutes' | 'spacingDays'>>> = {
  psw: { spacingMinutes: 240 },
  wound: { spacingDays: 2 },
};

/** The least days between two visits of a service. */
export const daysApartOf = (service: string): number => SPACING[service]?.spacingDays ?? 0;

const SERVICES: readonly ServiceRow[] = [
  ['psw', 'Personal support', 45, ['psw'], 'teal'],
  ['respite', 'Respite', 120, ['psw'], 'cyan'],
  ['nursing', 'Nursing', 45, ['rn', 'rpn'], 'blue'],
  ['wound', 'Wound care', 40, ['rn', 'rpn'], 'indigo'],
  ['ot', 'Occupational therapy', 60, ['ot'], 'grape'],
  ['pt', 'Physiotherapy', 45, ['pt'], 'orange'],
  ['slp', 'Speech therapy', 45, ['slp'], 'pink'],
  ['sw', 'Social work', 60, ['sw'], 'violet'],
  ['dietetics', 'Dietetics', 45, ['rd'], 'lime'],
];

/** Roles by service code, for those who match staff to visits. */
export const ROLES_OF: ReadonlyMap<string, readonly string[]> = new Map(
  SERVICES.map(([code, , , roles]) => [code, roles]),
);

/** Services the partner is contracted for. */
export const PARTNER_SERVICES: readonly string[] = ['psw', 'respite', 'nursing'];

/** Ids of everything in an agency hang on its size and seed, so two demos never share a row. */
export type IdMaker = (...parts: readonly (string | number)[]) => string;

export const idMaker =
  (size: string, seed: number): IdMaker =>
  (...parts) =>
    deterministicId('demo', size, seed, ...parts);

export function organisationRow(id: IdMaker): Organisation {
  return { id: id('organisation'), name: DEMO_NAME, synthetic: true };
}

export function regionRow(id: IdMaker, area: Area): Region {
  const { key, name, lat, lng, roadFactor, speedKmhByHour } = area;
  return { id: id('region', key), name, zone: ZONE, lat, lng, roadFactor, speedKmhByHour: [...speedKmhByHour] };
}

export function serviceTypeRows(id: IdMaker): readonly ServiceType[] {
  return SERVICES.map(([code, name, defaultMinutes, roles, colour]) => ({
    id: id('service', code),
    code,
    name,
    defaultMinutes,
    roles: [...roles],
    colour,
    ...SPACING[code],
  }));
}

export function partnerRow(id: IdMaker, regions: readonly Region[]): Partner {
  return {
    id: id('partner', 'rideau'),
    name: 'Rideau Homecare Partners (synthetic)',
    regionIds: regions.map((region) => region.id),
    serviceCodes: [...PARTNER_SERVICES],
    phone: '613-555-0190',
    active: true,
    centsAnHour: 4200,
  };
}

type AccountRow = readonly [login: string, name: string, role: RoleAssignment['role']];

const ACCOUNTS: readonly AccountRow[] = [
  ['amelie', 'Amélie Boisclair', 'coordinator'],
  ['ben', 'Ben Holloway', 'coordinator'],
  ['vera', 'Vera Kalyna', 'viewer'],
  ['admin', 'Demo administrator', 'admin'],
  ['partner-sync', 'Partner exchange', 'integration'],
];

export function accountsOf(id: IdMaker): readonly DemoAccount[] {
  return ACCOUNTS.map(([login, name, role]) => ({
    userId: id('user', login),
    login,
    password: `${login}-demo-password`,
    name,
    roles: [{ role, regionIds: null }],
  }));
}

export function userRow(account: DemoAccount): User {
  const roles = account.roles.map(({ role, regionIds }) => ({ role, regionIds: regionIds && [...regionIds] }));
  return { id: account.userId, name: account.name, login: account.login, roles, disabledAt: null };
}
