/**
 * Tenants and accounts as an administrator manages them.
 *
 *  ACC-LOGIN    a login names one account of the whole server
 *  ACC-DISABLE  disabling an account or changing its password ends all its sessions
 *  ACC-DEVICE   revoking a device ends its sessions and forgets its id: the next sign-in there is a new device's
 */
import { type Clock, fail, newId, ok, problem, type Random, type Result, type RoleAssignment } from '@fieldfare/kernel';
import type { AccountRecord, DeviceRecord, TenantRecord } from './model.ts';
import { checkPassword, type Passwords } from './passwords.ts';
import type { RecordStore } from './records.ts';
import type { Sessions } from './sessions.ts';

const LOGIN = /^[a-z0-9][a-z0-9._@-]{1,79}$/;

export interface Directory {
  tenants(): readonly TenantRecord[];
  tenant(id: string): TenantRecord | null;
  users(tenantId?: string): readonly AccountRecord[];
  user(login: string): Result<AccountRecord>;
  addTenant(input: {
    readonly id?: string;
    readonly name: string;
    readonly synthetic: boolean;
  }): Promise<Result<TenantRecord>>;
  addUser(input: {
    readonly id?: string;
    readonly tenantId: string;
    readonly login: string;
    readonly name: string;
    readonly roles: readonly RoleAssignment[];
    readonly password: string;
  }): Promise<Result<AccountRecord>>;
  setPassword(login: string, password: string): Promise<Result<AccountRecord>>;
  setDisabled(login: string, disabled: boolean): Promise<Result<AccountRecord>>;
  devices(login: string): Result<readonly DeviceRecord[]>;
  isDevice(id: string): boolean;
  revokeDevice(id: string): Promise<Result<DeviceRecord>>;
  /** Accounts were changed, by this process or another: their tenants. */
  onChanged(listener: (tenantIds: ReadonlySet<string>) => void): () => void;
}

const invalid = (message: string, path: string): Result<never> =>
  fail(problem('invalid', message, { rule: 'ACC-INPUT', path: [path] }));

export function createDirectory(options: {
  readonly store: RecordStore;
  readonly sessions: Pick<Sessions, 'endAllOf' | 'endAllOn'>;
  readonly passwords: Passwords;
  readonly clock: Clock;
  readonly random: Random;
}): Directory {
  const { store, sessions, passwords, clock, random } = options;
  const { records } = store;

  const find = (login: string): AccountRecord | undefined =>
    [...records.account.values()].find((account) => account.login === login.trim().toLowerCase());

  function user(login: string): Result<AccountRecord> {
    const account = find(login);
    return account
      ? ok(account)
      : fail(problem('not-found', 'there is no account with this login', { rule: 'ACC-LOGIN' }));
  }

  async function put(write: RecordStore['write'], account: AccountRecord): Promise<Result<AccountRecord>> {
    const written = await write([{ kind: 'account', id: account.id, value: account }]);
    return written.ok ? ok(account) : written;
  }

  async function changeAndEnd(
    login: string,
    change: (account: AccountRecord) => AccountRecord,
  ): Promise<Result<AccountRecord>> {
    const changed = await store.exclusive(async (write) => {
      const account = user(login);
      if (!account.ok) return account;
      const wanted = change(account.value);
      return wanted === account.value ? account : put(write, wanted);
    });
    if (!changed.ok) return changed;
    const ended = await sessions.endAllOf(changed.value.id);
    return ended.ok ? changed : ended;
  }

  return {
    tenants: () => [...records.tenant.values()],
    tenant: (id) => records.tenant.get(id) ?? null,
    users: (tenantId) =>
      [...records.account.values()].filter((account) => tenantId === undefined || account.tenantId === tenantId),
    user,
    async addTenant({ id = newId(clock, random), name, synthetic }) {
      if (name.trim() === '' || name.length > 120)
        return invalid('a tenant needs a name of 1 to 120 characters', 'name');
      if (records.tenant.has(id))
        return fail(problem('conflict', 'there is a tenant with this id already', { rule: 'ACC-TENANT' }));
      const tenant: TenantRecord = { id, name: name.trim(), synthetic, createdAt: clock.now() };
      const written = await store.write([{ kind: 'tenant', id, value: tenant }]);
      return written.ok ? ok(tenant) : written;
    },
    async addUser({ id = newId(clock, random), tenantId, login, name, roles, password }) {
      if (!records.tenant.has(tenantId))
        return fail(problem('not-found', 'there is no such tenant', { rule: 'ACC-TENANT' }));
      if (!LOGIN.test(login)) return invalid('a login is 2 to 80 of a-z, 0-9, dot, dash, underscore and @', 'login');
      if (name.trim() === '' || name.length > 120) return invalid('a user needs a name of 1 to 120 characters', 'name');
      if (roles.length === 0) return invalid('a user needs a role', 'roles');
      const taken = (): Result<never> =>
        fail(problem('conflict', 'this login is taken', { rule: 'ACC-LOGIN', path: ['login'] }));
      if (find(login)) return taken();
      const good = checkPassword(password, login);
      if (!good.ok) return good;
      const hash = await passwords.hash(password);
      if (!hash.ok) return hash;
      const account: AccountRecord = {
        id,
        tenantId,
        login,
        name: name.trim(),
        roles: roles.map(({ role, regionIds }) => ({ role, regionIds: regionIds === null ? null : [...regionIds] })),
        passwordHash: hash.value,
        createdAt: clock.now(),
        disabledAt: null,
      };
      // Somebody may have been quicker while the hash was computed.
      return store.exclusive(async (write) => (find(login) ? taken() : put(write, account)));
    },
    async setPassword(login, password) {
      const good = checkPassword(password, login);
      if (!good.ok) return good;
      const hash = await passwords.hash(password);
      if (!hash.ok) return hash;
      return changeAndEnd(login, (account) => ({ ...account, passwordHash: hash.value }));
    },
    setDisabled: (login, disabled) =>
      changeAndEnd(login, (account) =>
        (account.disabledAt !== null) === disabled
          ? account
          : { ...account, disabledAt: disabled ? clock.now() : null },
      ),
    isDevice: (id) => records.device.has(id),
    devices(login) {
      const account = user(login);
      if (!account.ok) return account;
      return ok([...records.device.values()].filter(({ userId }) => userId === account.value.id));
    },
    onChanged: (listener) =>
      store.onChanged((changes) => {
        const tenantIds = new Set(
          changes.flatMap(({ kind, value }) => (kind === 'account' && value ? [value.tenantId] : [])),
        );
        if (tenantIds.size > 0) listener(tenantIds);
      }),
    async revokeDevice(id) {
      const device = records.device.get(id);
      if (!device) return fail(problem('not-found', 'there is no such device', { rule: 'ACC-DEVICE' }));
      const written = await store.write([{ kind: 'device', id, value: null }]);
      if (!written.ok) return written;
      const ended = await sessions.endAllOn(id);
      return ended.ok ? ok(device) : ended;
    },
  };
}
