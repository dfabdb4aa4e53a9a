import { generateKeyPairSync } from 'node:crypto';
import { type Clock, type Result, systemRandom } from '@fieldfare/kernel';
import { createMemoryFiles } from '@fieldfare/sync/memory';
import { SignJWT, UnsecuredJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Accounts, openAccounts } from './index.ts';
import { openRecords } from './records.ts';
import type { Grant } from './sessions.ts';

const PASSWORD = 'correct horse battery';
const { privateKey } = generateKeyPairSync('ed25519');
let now = 1_800_000_000_000;
const clock: Clock = { now: () => now };
const files = createMemoryFiles();
const storeKey = systemRandom.bytes(32);
const refreshKey = systemRandom.bytes(32);
let accounts: Accounts;
let tenantId: string;

function value<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(`${result.problems[0].rule}: ${result.problems[0].message}`);
  return result.value;
}
const rule = (result: Result<unknown>): string => (result.ok ? 'ok' : (result.problems[0].rule ?? ''));

async function open(): Promise<Accounts> {
  const store = value(await openRecords({ files, key: storeKey, random: systemRandom }));
  return value(await openAccounts({ store, refreshKey, signingKey: privateKey, clock, random: systemRandom }));
}

const addUser = async (login: string) =>
  value(
    await accounts.directory.addUser({
      tenantId,
      login,
      name: `User ${login}`,
      roles: [{ role: 'coordinator', regionIds: null }],
      password: PASSWORD,
    }),
  );

const signIn = (login: string, password = PASSWORD, more: { deviceId?: string | null; address?: string } = {}) =>
  accounts.signIn({ login, password, deviceId: null, deviceName: 'Laptop', address: '192.0.2.1', ...more });

beforeAll(async () => {
  accounts = await open();
  tenantId = value(await accounts.directory.addTenant({ name: 'Test agency', synthetic: true })).id;
  await addUser('ada');
});
afterAll(() => accounts.close());

describe('signing in', () => {
  it('gives tokens for a good password, whatever the case of the login', async () => {
    const grant = value(await signIn(' ADA '));
    expect(grant.principal).toMatchObject({
      tenantId,
      name: 'User ada',
      roles: [{ role: 'coordinator', regionIds: null }],
    });
    expect(grant.organisation).toEqual({ id: tenantId, name: 'Test agency', synthetic: true });
    const caller = value(await accounts.sessions.authenticate(grant.accessToken));
    expect(caller.principal).toEqual(grant.principal);
  });

  it('AUTH-CREDENTIALS: wrong password, unknown login and disabled account answer alike', async () => {
    const eve = await addUser('eve');
    value(await accounts.directory.setDisabled(eve.login, true));
    const answers = await Promise.all([
      signIn('ada', 'wrong password'),
      signIn('nobody', 'wrong password'),
      signIn('eve', PASSWORD),
    ]);
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(rule(answers[0])).toBe('AUTH-CREDENTIALS');
  });

  it('AUTH-CREDENTIALS: an unknown login costs what a wrong password costs', async () => {
    const time = async (login: string): Promise<number> => {
      const started = performance.now();
      await signIn(login, 'wrong password', { address: `198.51.100.${Math.floor(systemRandom.float() * 250)}` });
      return performance.now() - started;
    };
    await addUser('timed');
    const median = (all: number[]): number => all.sort((a, b) => a - b)[Math.floor(all.length / 2)] ?? 0;
    const known: number[] = [];
    const unknown: number[] = [];
    for (let i = 0; i < 5; i++) {
      now += 120_000;
      known.push(await time('timed'));
      unknown.push(await time(`nobody-${i}`));
    }
    const ratio = median(unknown) / median(known);
    expect(ratio).toBeGreaterThan(0.4);
    expect(ratio).toBeLessThan(2.5);
  });

  it('AUTH-THROTTLE: guessing at one login slows down and then lets the owner in', async () => {
    await addUser('guessed');
    const rules: string[] = [];
    for (let i = 0; i < 8; i++) rules.push(rule(await signIn('guessed', 'guess', { address: `203.0.113.${i}` })));
    expect(rules.slice(0, 5)).toEqual(Array.from({ length: 5 }, () => 'AUTH-CREDENTIALS'));
    expect(rules.slice(5)).toEqual(Array.from({ length: 3 }, () => 'AUTH-THROTTLE'));
    expect(rule(await signIn('guessed'))).toBe('AUTH-THROTTLE');
    now += 61_000;
    expect((await signIn('guessed')).ok).toBe(true);
  });

  it('AUTH-THROTTLE: guessing at many logins from one address slows down', async () => {
    const rules: string[] = [];
    for (let i = 0; i < 24; i++) rules.push(rule(await signIn(`many-${i}`, 'guess', { address: '203.0.113.77' })));
    expect(rules.filter((one) => one === 'AUTH-THROTTLE').length).toBeGreaterThan(0);
    expect((await signIn('ada', PASSWORD, { address: '203.0.113.78' })).ok).toBe(true);
  });

  it('AUTH-DEVICE: a device keeps its id for its user, and no other user gets it', async () => {
    await addUser('bob');
    const first = value(await signIn('ada'));
    expect(value(await signIn('ada', PASSWORD, { deviceId: first.deviceId })).deviceId).toBe(first.deviceId);
    expect(value(await signIn('bob', PASSWORD, { deviceId: first.deviceId })).deviceId).not.toBe(first.deviceId);
  });

  it('stores passwords as Argon2id with 19 MiB, two passes, one lane', () => {
    expect(value(accounts.directory.user('ada')).passwordHash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  });
});

describe('access tokens', () => {
  let grant: Grant;
  beforeAll(async () => {
    grant = value(await signIn('ada'));
  });
  const claims = (): Record<string, unknown> =>
    JSON.parse(Buffer.from(grant.accessToken.split('.')[1] ?? '', 'base64url').toString());

  it('expire after ten minutes', async () => {
    const fresh = value(await signIn('ada')).accessToken;
    now += 599_000;
    expect(rule(await accounts.sessions.authenticate(fresh))).toBe('ok');
    now += 2_000;
    expect(rule(await accounts.sessions.authenticate(fresh))).toBe('AUTH-EXPIRED');
  });

  it('AUTH-TOKEN: forged, unsigned, re-signed and mangled ones are refused', async () => {
    const payload = { ...claims(), exp: Math.floor(now / 1000) + 600 };
    const other = generateKeyPairSync('ed25519').privateKey;
    const header = { alg: 'EdDSA', typ: 'at+jwt' };
    const unsigned = new UnsecuredJWT(payload).encode();
    const secret = new TextEncoder().encode('0123456789abcdef0123456789abcdef');
    const [head = '', , signature = ''] = grant.accessToken.split('.');
    const forged = [
      await new SignJWT(payload).setProtectedHeader(header).sign(other),
      await new SignJWT(payload).setProtectedHeader({ alg: 'HS256', typ: 'at+jwt' }).sign(secret),
      await new SignJWT(payload).setProtectedHeader({ alg: 'EdDSA', typ: 'JWT' }).sign(privateKey),
      await new SignJWT({ ...payload, aud: 'other' }).setProtectedHeader(header).sign(privateKey),
      unsigned,
      `${head}.${unsigned.split('.')[1]}.${signature}`,
      `${grant.accessToken}x`,
      '',
      'a.b.c',
    ];
    for (const token of forged) expect(rule(await accounts.sessions.authenticate(token))).toBe('AUTH-TOKEN');
  });
});

describe('refresh tokens', () => {
  it('AUTH-ROTATE: each works once and gives the next', async () => {
    const first = value(await signIn('ada'));
    const second = value(await accounts.sessions.refresh(first.refreshToken));
    const third = value(await accounts.sessions.refresh(second.refreshToken));
    expect(new Set([first, second, third].map((grant) => grant.refreshToken)).size).toBe(3);
    expect(third.deviceId).toBe(first.deviceId);
    expect(rule(await accounts.sessions.authenticate(third.accessToken))).toBe('ok');
  });

  it('AUTH-REUSE: an old one coming back ends the session, its access tokens and its sockets', async () => {
    const ended: string[] = [];
    const stop = accounts.sessions.onEnded((id) => ended.push(id));
    const first = value(await signIn('ada'));
    const second = value(await accounts.sessions.refresh(first.refreshToken));
    const { sessionId } = value(await accounts.sessions.authenticate(second.accessToken));
    expect(rule(await accounts.sessions.refresh(first.refreshToken))).toBe('AUTH-REUSE');
    expect(ended).toEqual([sessionId]);
    expect(rule(await accounts.sessions.refresh(second.refreshToken))).toBe('AUTH-SESSION');
    expect(rule(await accounts.sessions.authenticate(second.accessToken))).toBe('AUTH-SESSION');
    stop();
  });

  it('AUTH-LOST: an answer lost on the way is given again, and a copy used so is found out', async () => {
    const first = value(await signIn('ada'));
    const lost = value(await accounts.sessions.refresh(first.refreshToken));
    now += 3_600_000;
    const again = value(await accounts.sessions.refresh(first.refreshToken));
    expect(rule(await accounts.sessions.authenticate(again.accessToken))).toBe('ok');
    // whoever holds the replaced answer is a second holder
    expect(rule(await accounts.sessions.refresh(lost.refreshToken))).toBe('AUTH-REUSE');
    expect(rule(await accounts.sessions.refresh(again.refreshToken))).toBe('AUTH-SESSION');
  });

  it('AUTH-TOKEN: made-up ones end nothing', async () => {
    const { refreshToken } = value(await signIn('ada'));
    const [sessionId = ''] = refreshToken.split('.');
    const guesses = ['', 'x', `${sessionId}.1.${'A'.repeat(43)}.${'A'.repeat(43)}`, refreshToken.replace(/.$/, '~')];
    for (const guess of guesses) expect(rule(await accounts.sessions.refresh(guess))).toBe('AUTH-TOKEN');
    expect(rule(await accounts.sessions.refresh(refreshToken))).toBe('ok');
  });

  it('AUTH-ROTATE: used twice at once, only one answer keeps working', async () => {
    const { refreshToken } = value(await signIn('ada'));
    const [a, b] = await Promise.all([1, 2].map(() => accounts.sessions.refresh(refreshToken)));
    const outcomes = [a, b].map((answer) => answer && rule(answer));
    expect(outcomes).toEqual(['ok', 'ok']); // as if the first answer was lost
    const tokens = [a, b].map((answer) => (answer?.ok ? answer.value.refreshToken : ''));
    expect(rule(await accounts.sessions.refresh(tokens[1] ?? ''))).toBe('ok');
    expect(rule(await accounts.sessions.refresh(tokens[0] ?? ''))).not.toBe('ok');
  });

  it('AUTH-IDLE: a session unused for 30 days is over; used, it goes on', async () => {
    const used = value(await signIn('ada'));
    const unused = value(await signIn('ada'));
    now += 20 * 86_400_000;
    const renewed = value(await accounts.sessions.refresh(used.refreshToken));
    now += 11 * 86_400_000;
    expect(rule(await accounts.sessions.refresh(unused.refreshToken))).toBe('AUTH-SESSION');
    expect(rule(await accounts.sessions.refresh(renewed.refreshToken))).toBe('ok');
  });

  it('logout ends the session and may be repeated', async () => {
    const { refreshToken, accessToken } = value(await signIn('ada'));
    expect(rule(await accounts.sessions.logout(refreshToken))).toBe('ok');
    expect(rule(await accounts.sessions.logout(refreshToken))).toBe('ok');
    expect(rule(await accounts.sessions.authenticate(accessToken))).toBe('AUTH-SESSION');
  });

  it('survive a restart of the server', async () => {
    const { refreshToken } = value(await signIn('ada'));
    await accounts.close();
    accounts = await open();
    expect(rule(await accounts.sessions.refresh(refreshToken))).toBe('ok');
  });
});

describe('the directory', () => {
  it('ACC-DISABLE: disabling and a new password end every session of the account, and only those', async () => {
    const carol = await addUser('carol');
    const ada = value(await signIn('ada'));
    const ended: string[] = [];
    const stop = accounts.sessions.onEnded((id) => ended.push(id));
    const one = value(await signIn('carol'));
    const two = value(await signIn('carol'));
    value(await accounts.directory.setPassword('carol', 'another password'));
    expect(ended).toHaveLength(2);
    for (const grant of [one, two])
      expect(rule(await accounts.sessions.authenticate(grant.accessToken))).toBe('AUTH-SESSION');
    const three = value(await signIn('carol', 'another password'));
    value(await accounts.directory.setDisabled(carol.login, true));
    expect(rule(await accounts.sessions.authenticate(three.accessToken))).toBe('AUTH-SESSION');
    expect(rule(await accounts.sessions.authenticate(ada.accessToken))).toBe('ok');
    stop();
  });

  it('ACC-LOGIN: a login is taken once, over tenants and over calls at the same time', async () => {
    const other = value(await accounts.directory.addTenant({ name: 'Other', synthetic: true })).id;
    const add = (tenant: string) =>
      accounts.directory.addUser({
        tenantId: tenant,
        login: 'twin',
        name: 'Twin',
        roles: [{ role: 'viewer', regionIds: null }],
        password: PASSWORD,
      });
    const outcomes = await Promise.all([add(tenantId), add(other)]);
    expect(outcomes.filter((one) => one.ok)).toHaveLength(1);
    expect(outcomes.map(rule)).toContain('ACC-LOGIN');
  });

  it.each([
    ['a short password', { password: 'short' }, 'AUTH-PASSWORD'],
    ['the login as password', { login: 'longenough', password: 'longenough' }, 'AUTH-PASSWORD'],
    ['an upper-case login', { login: 'Bad' }, 'ACC-INPUT'],
    ['no name', { name: ' ' }, 'ACC-INPUT'],
    ['no role', { roles: [] }, 'ACC-INPUT'],
  ])('refuses %s', async (_what, wrong, expected) => {
    const good = {
      tenantId,
      login: 'fine',
      name: 'Fine',
      roles: [{ role: 'viewer' as const, regionIds: null }],
      password: PASSWORD,
    };
    expect(rule(await accounts.directory.addUser({ ...good, ...wrong }))).toBe(expected);
  });

  it('keeps names, logins and password hashes off the disk in plain text', () => {
    const raw = files.names().map((name) => Buffer.from(files.bytesOf(name)).toString('latin1'));
    const decoded = raw.flatMap((file) =>
      file.split('\n').map((line) => Buffer.from(line.split(':')[1] ?? '', 'base64').toString('latin1')),
    );
    const disk = [...raw, ...decoded].join('');
    for (const secret of ['guessed', 'User carol', 'Test agency', 'argon2id']) expect(disk).not.toContain(secret);
  });
});
