/**
 * Signing in with a password.
 *
 *  AUTH-CREDENTIALS  wrong password, unknown login and disabled account give one answer after the same work
 *  AUTH-THROTTLE     failed attempts in a row slow down, by login and by address; memory is bounded
 *  AUTH-DEVICE       a device keeps its id as long as the same user signs in on it
 */
import { type Clock, fail, newId, ok, problem, type Random, type Result } from '@fieldfare/kernel';
import type { AccountRecord, DeviceRecord } from './model.ts';
import type { Passwords } from './passwords.ts';
import type { RecordStore } from './records.ts';
import type { Grant, Sessions } from './sessions.ts';
import { addressKey, createThrottle } from './throttle.ts';

interface LoginInput {
  readonly login: string;
  readonly password: string;
  readonly deviceId: string | null;
  readonly deviceName: string;
  /** Where the request came from. */
  readonly address: string;
}

export type SignIn = (input: LoginInput) => Promise<Result<Grant>>;

export function createSignIn(options: {
  readonly store: RecordStore;
  readonly sessions: Sessions;
  readonly passwords: Passwords;
  readonly clock: Clock;
  readonly random: Random;
}): SignIn {
  const { store, sessions, passwords, clock, random } = options;
  const { records } = store;
  // Short for a login, so that a stranger's guesses keep nobody out for long; long for the stranger's address.
  const byLogin = createThrottle({ clock, free: 5, firstMs: 1000, maxMs: 60_000, maxKeys: 10_000 });
  const byAddress = createThrottle({ clock, free: 20, firstMs: 1000, maxMs: 15 * 60_000, maxKeys: 10_000 });

  async function deviceFor(account: AccountRecord, input: LoginInput): Promise<Result<string>> {
    const known = input.deviceId === null ? undefined : records.device.get(input.deviceId);
    const own = known?.userId === account.id ? known : undefined;
    if (own && own.name === input.deviceName) return ok(own.id);
    const device: DeviceRecord = own
      ? { ...own, name: input.deviceName }
      : { id: newId(clock, random), userId: account.id, name: input.deviceName, createdAt: clock.now() };
    const written = await store.write([{ kind: 'device', id: device.id, value: device }]);
    return written.ok ? ok(device.id) : written;
  }

  return async (input) => {
    const login = input.login.trim().toLowerCase();
    const address = addressKey(input.address);
    const waitMs = byAddress.begin(address) || byLogin.begin(login);
    if (waitMs > 0) {
      return fail(
        problem('busy', 'too many failed sign-ins; wait a little and try again', {
          rule: 'AUTH-THROTTLE',
          params: { retryAfterMs: waitMs },
        }),
      );
    }
    const account = [...records.account.values()].find((one) => one.login === login && one.disabledAt === null);
    const verified = await passwords.verify(input.password, account?.passwordHash ?? null);
    if (!verified.ok) return verified;
    // Read again: the account may have been disabled while the hash was computed.
    const current = account && records.account.get(account.id);
    if (!verified.value || !current || current.disabledAt !== null || current.passwordHash !== account.passwordHash) {
      return fail(problem('unauthenticated', 'sign-in name or password is wrong', { rule: 'AUTH-CREDENTIALS' }));
    }
    byLogin.forget(login);
    byAddress.forgive(address); // not forgotten: one good account must not wash away guesses at others
    const device = await deviceFor(current, input);
    return device.ok ? sessions.start(current, device.value) : device;
  };
}
