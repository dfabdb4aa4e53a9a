/**
 * What an administrator at the machine may do, as plain commands: run in-process when the server is down, sent through
 * the control socket when it is up. Every command checks its own input, for it may come from another process.
 */
import { regions } from '@fieldfare/domain';
import {
  type Clock,
  createRow,
  fail,
  isZone,
  newId,
  ok,
  orgShard,
  problem,
  type Random,
  type Result,
  ROLES,
} from '@fieldfare/kernel';
import { z } from 'zod';
import type { Directory } from './accounts/directory.ts';
import type { AccountRecord, DeviceRecord } from './accounts/model.ts';
import { putOrganisation } from './organisation-row.ts';
import type { Tenant, Tenants } from './tenants.ts';
import { USUAL_LIMITS } from './travel/budget.ts';
import { reportRows, type TravelDesk } from './travel/desk.ts';
import { SERVER_USER_ID } from './user-rows.ts';

const adminCommand = z.discriminatedUnion('command', [
  z.object({
    command: z.literal('tenant.add'),
    id: z.uuid().optional(),
    name: z.string(),
    synthetic: z.boolean().default(false),
  }),
  z.object({ command: z.literal('tenant.list') }),
  z.object({
    command: z.literal('region.add'),
    tenant: z.string(),
    name: z.string().trim().min(1).max(80),
    zone: z.string().refine(isZone, 'not a time zone'),
    lat: z.number().min(-90).max(90),
    lng: z.number().min(-180).max(180),
    roadFactor: z.number().min(1).max(3).default(1.3),
    speedKmh: z.number().min(5).max(130).default(45),
  }),
  z.object({ command: z.literal('region.list'), tenant: z.string() }),
  z.object({
    command: z.literal('travel.calibrate'),
    tenant: z.string(),
    region: z.string(),
    perMinute: z.int().min(1).max(100_000).default(USUAL_LIMITS.perMinute),
    perDay: z.int().min(0).max(1_000_000).default(USUAL_LIMITS.perDay),
    adopt: z.boolean().default(false),
  }),
  z.object({
    command: z.literal('user.add'),
    tenant: z.string(),
    login: z.string(),
    name: z.string(),
    role: z.enum(ROLES),
    /** Names or ids; none: the whole tenant. */
    regions: z.array(z.string()).default([]),
    password: z.string(),
  }),
  z.object({ command: z.literal('user.list'), tenant: z.string().optional() }),
  z.object({ command: z.literal('user.disable'), login: z.string() }),
  z.object({ command: z.literal('user.enable'), login: z.string() }),
  z.object({ command: z.literal('user.password'), login: z.string(), password: z.string() }),
  z.object({ command: z.literal('device.list'), login: z.string() }),
  z.object({ command: z.literal('device.revoke'), id: z.string() }),
]);
export type AdminCommand = z.input<typeof adminCommand>;

/** One line of an answer: names of columns to plain values. Never a password or a hash. */
export type AdminRow = Readonly<Record<string, string | boolean>>;

export type Admin = (command: unknown) => Promise<Result<readonly AdminRow[]>>;

export function createAdmin(options: {
  readonly directory: Directory;
  readonly tenants: Tenants;
  readonly travel: TravelDesk;
  readonly clock: Clock;
  readonly random: Random;
}): Admin {
  const { directory, tenants, travel, clock, random } = options;

  const notFound = (what: string): Result<never> =>
    fail(problem('not-found', `there is no such ${what}`, { rule: 'ADMIN-NAME' }));

  /** By id or by name. */
  async function openTenant(tenant: string): Promise<Result<Tenant>> {
    const found = directory.tenants().filter(({ id, name }) => id === tenant || name === tenant);
    if (found.length > 1)
      return fail(problem('conflict', 'several tenants have this name: give the id', { rule: 'ADMIN-NAME' }));
    if (!found[0]) return notFound('tenant');
    const opened = await tenants.open(found[0].id);
    if (!opened.ok) return opened;
    const loaded = await opened.value.replica.load([orgShard]);
    return loaded.ok ? opened : loaded;
  }

  const regionsOf = (tenant: Tenant): readonly { readonly id: string; readonly name: string }[] =>
    [...tenant.replica.rows(orgShard, regions.name)]
      .filter((row) => !row.deleted)
      .map((row) => ({ id: row.id, name: String(row.fields.name) }));

  const userRow = (account: AccountRecord): AdminRow => ({
    login: account.login,
    name: account.name,
    tenant: account.tenantId,
    roles: account.roles
      .map(({ role, regionIds }) => `${role}${regionIds === null ? '' : `@${regionIds.join('+')}`}`)
      .join(','),
    disabled: account.disabledAt !== null,
    id: account.id,
  });

  const deviceRow = ({ id, name, createdAt }: DeviceRecord): AdminRow => ({
    device: name,
    since: new Date(createdAt).toISOString(),
    id,
  });

  async function afterUserChange(changed: Result<AccountRecord>): Promise<Result<readonly AdminRow[]>> {
    if (!changed.ok) return changed;
    const synced = await tenants.syncUsers(changed.value.tenantId);
    return synced.ok ? ok([userRow(changed.value)]) : synced;
  }

  return async (raw) => {
    const parsed = adminCommand.safeParse(raw);
    if (!parsed.success) {
      const issue = parsed.error.issues[0];
      const field = issue?.path.map(String).join('.') ?? '';
      return fail(problem('invalid', `${field || 'command'}: ${issue?.message ?? 'malformed'}`, { rule: 'INPUT' }));
    }
    const input = parsed.data;
    switch (input.command) {
      case 'tenant.add': {
        const { id, name, synthetic } = input;
        const added = await directory.addTenant({ ...(id === undefined ? {} : { id }), name, synthetic });
        if (!added.ok) return added;
        const opened = await openTenant(added.value.id);
        if (!opened.ok) return opened;
        const written = await putOrganisation(opened.value.replica, added.value);
        return written.ok ? ok([{ tenant: added.value.name, id: added.value.id }]) : written;
      }
      case 'tenant.list':
        return ok(directory.tenants().map(({ id, name, synthetic }) => ({ tenant: name, id, synthetic })));
      case 'region.add': {
        const tenant = await openTenant(input.tenant);
        if (!tenant.ok) return tenant;
        const { name, zone, lat, lng, roadFactor, speedKmh } = input;
        if (regionsOf(tenant.value).some((region) => region.name === name)) {
          return fail(problem('conflict', 'there is a region with this name already', { rule: 'ADMIN-NAME' }));
        }
        const id = newId(clock, random);
        const speedKmhByHour = Array.from({ length: 24 }, () => speedKmh);
        const row = createRow(regions, { id, name, zone, lat, lng, roadFactor, speedKmhByHour });
        const written = await tenant.value.replica.commit([row], SERVER_USER_ID);
        return written.ok ? ok([{ region: name, id }]) : written;
      }
      case 'region.list': {
        const tenant = await openTenant(input.tenant);
        return tenant.ok ? ok(regionsOf(tenant.value).map(({ id, name }) => ({ region: name, id }))) : tenant;
      }
      case 'travel.calibrate': {
        const tenant = await openTenant(input.tenant);
        if (!tenant.ok) return tenant;
        const region = regionsOf(tenant.value).find(({ id, name }) => id === input.region || name === input.region);
        if (!region) return notFound('region');
        const { perMinute, perDay, adopt } = input;
        const report = await travel.calibrate(tenant.value.replica, region.id, {
          limits: { perMinute, perDay },
          adopt,
        });
        return report.ok ? ok(reportRows(report.value)) : report;
      }
      case 'user.add': {
        const tenant = await openTenant(input.tenant);
        if (!tenant.ok) return tenant;
        const known = regionsOf(tenant.value);
        const regionIds: string[] = [];
        for (const wanted of input.regions) {
          const region = known.find(({ id, name }) => id === wanted || name === wanted);
          if (!region) return notFound('region');
          regionIds.push(region.id);
        }
        return afterUserChange(
          await directory.addUser({
            tenantId: tenant.value.id,
            login: input.login,
            name: input.name,
            roles: [{ role: input.role, regionIds: regionIds.length === 0 ? null : regionIds }],
            password: input.password,
          }),
        );
      }
      case 'user.list': {
        if (input.tenant === undefined) return ok(directory.users().map(userRow));
        const tenant = await openTenant(input.tenant);
        return tenant.ok ? ok(directory.users(tenant.value.id).map(userRow)) : tenant;
      }
      case 'user.disable':
        return afterUserChange(await directory.setDisabled(input.login, true));
      case 'user.enable':
        return afterUserChange(await directory.setDisabled(input.login, false));
      case 'user.password':
        return afterUserChange(await directory.setPassword(input.login, input.password));
      case 'device.list': {
        const devices = directory.devices(input.login);
        return devices.ok ? ok(devices.value.map(deviceRow)) : devices;
      }
      case 'device.revoke': {
        const revoked = await directory.revokeDevice(input.id);
        return revoked.ok ? ok([deviceRow(revoked.value)]) : revoked;
      }
    }
  };
}
