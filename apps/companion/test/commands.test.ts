import { chmod, mkdir, readFile, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createTestHost, type TestHost, type TestHostOptions } from './test-host.ts';

const NOW = Date.parse('2026-11-18T12:00:00Z');
const SERVER = 'https://plan.example.org';
const WEST = { id: '11111111-1111-4111-8111-111111111111', name: 'Ottawa West & Valley', zone: 'America/Toronto' };
const EAST = { id: '22222222-2222-4222-8222-222222222222', name: 'Ottawa East', zone: 'America/Toronto' };

const reply = (value: unknown, status = 200): Response =>
  new Response(JSON.stringify(value), { status, headers: { 'content-type': 'application/json' } });
const data = (value: unknown): Response => reply({ result: { data: value } });
const refusal = (status: number, code: string, message: string, rule: string): Response =>
  reply(
    { error: { message, code: -32000, data: { httpStatus: status, problems: [{ code, message, rule }] } } },
    status,
  );

const jwt = (expiresAt: number, name: string): string =>
  ['x', Buffer.from(JSON.stringify({ exp: expiresAt / 1000, name })).toString('base64url'), 'x'].join('.');

/** A server that knows one account, rotates refresh tokens, and ends the session when an old one comes back. */
function fakeServer(options: { readonly lifetimeMs?: number; readonly regions?: readonly unknown[] } = {}) {
  const { lifetimeMs = 600_000, regions = [WEST] } = options;
  let refreshToken = '';
  let serial = 0;
  let access = '';
  let ended = false;
  const calls: { path: string; input: unknown; bearer: string }[] = [];
  let now = NOW;
  const grant = (): Response => {
    serial += 1;
    refreshToken = `refresh-${serial}`;
    access = jwt(now + lifetimeMs, String(serial));
    return reply({
      accessToken: access,
      refreshToken,
      deviceId: '33333333-3333-4333-8333-333333333333',
      principal: { name: 'Amélie' },
      organisation: { id: 'x', name: 'Demo', synthetic: true },
    });
  };
  const answers: Record<string, (input: unknown) => Response> = {
    'orgs.current': () => data({ organisation: { name: 'Demo' }, regions, serviceTypes: [], partners: [] }),
    'identity.me': () => data({ name: 'Amélie', principal: { userId: 'u', roles: [{ role: 'coordinator' }] } }),
  };
  const fetch: TestHostOptions['fetch'] = async (url, init) => {
    const bearer = new Headers(init.headers).get('authorization')?.slice(7) ?? '';
    const body: unknown = typeof init.body === 'string' ? JSON.parse(init.body) : null;
    if (url.pathname === '/auth/login') {
      const { password } = body as { password: string };
      calls.push({ path: 'login', input: body, bearer });
      if (password === 'right') return grant();
      const wrong = { code: 'unauthenticated', message: 'sign-in name or password is wrong', rule: 'AUTH-CREDENTIALS' };
      return reply({ problems: [wrong] }, 401);
    }
    if (url.pathname === '/auth/refresh') {
      calls.push({ path: 'refresh', input: body, bearer });
      if (ended || (body as { refreshToken: string }).refreshToken !== refreshToken) {
        ended = true;
        return reply(
          { problems: [{ code: 'unauthenticated', message: 'the session has ended', rule: 'AUTH-REUSE' }] },
          401,
        );
      }
      return grant();
    }
    if (url.pathname === '/auth/logout') return new Response(null, { status: 204 });
    const path = url.pathname.replace('/trpc/', '');
    const input: unknown = body ?? JSON.parse(url.searchParams.get('input') ?? 'null');
    calls.push({ path, input, bearer });
    if (bearer !== access) return refusal(401, 'unauthenticated', 'the access token is not valid', 'AUTH-TOKEN');
    return answers[path]?.(input) ?? refusal(404, 'not-found', 'no such procedure', 'PATH');
  };
  return {
    fetch,
    calls,
    answers,
    count: (path: string) => calls.filter((call) => call.path === path).length,
    revokeAccess: () => {
      access = 'revoked';
    },
    clock: {
      now: () => now,
      advance: (ms: number) => {
        now += ms;
      },
    },
  };
}

async function signedIn(server = fakeServer(), more: Partial<TestHostOptions> = {}): Promise<TestHost> {
  const host = await createTestHost({ fetch: server.fetch, now: server.clock.now, typed: 'right', ...more });
  expect(await host.run('--server', SERVER, 'login', 'amelie')).toBe(0);
  return host;
}

describe('login', () => {
  it('asks unseen, keeps the tokens where only their owner can read them, and says who it is', async () => {
    const host = await signedIn();
    expect(host.out()).toBe(`Signed in to Demo at ${SERVER} as Amélie.\n`);
    const folder = join(host.configHome, 'fieldfare');
    expect((await stat(join(folder, 'credentials.json'))).mode & 0o777).toBe(0o600);
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
    const kept = await readFile(join(folder, 'credentials.json'), 'utf8');
    expect(kept).toContain('refresh-1');
    expect(kept).not.toContain('"right"');
  });
  it('takes the password from standard input for scripts', async () => {
    const host = await createTestHost({ fetch: fakeServer().fetch, input: 'right\n' });
    expect(await host.run('--server', SERVER, 'login', 'amelie', '--password-stdin')).toBe(0);
  });
  it('exit 3 and the rule for a wrong password; nothing is kept', async () => {
    const host = await createTestHost({ fetch: fakeServer().fetch, typed: 'wrong' });
    expect(await host.run('--server', SERVER, 'login', 'amelie')).toBe(3);
    expect(host.err()).toBe('Sign-in name or password is wrong. [AUTH-CREDENTIALS]\n');
    expect(await host.run('--server', SERVER, 'whoami')).toBe(3);
  });
  it('uses the device of the last sign-in again', async () => {
    const server = fakeServer();
    const host = await signedIn(server);
    await host.run('--server', SERVER, 'login', 'amelie');
    const [first, second] = server.calls.filter(({ path }) => path === 'login').map(({ input }) => input);
    expect(first).toMatchObject({ deviceId: null });
    expect(second).toMatchObject({ deviceId: '33333333-3333-4333-8333-333333333333' });
  });
  it.each([
    'http://plan.example.org',
    'ftp://plan.example.org',
    'plan.example.org',
    'https://amelie:secret@plan.example.org',
  ])('exit 2 rather than send a password to %s', async (address) => {
    const server = fakeServer();
    const host = await createTestHost({ fetch: server.fetch, typed: 'right' });
    expect(await host.run('--server', address, 'login', 'amelie')).toBe(2);
    expect(server.calls).toEqual([]);
  });
  it('exit 2 where there is nobody to ask', async () => {
    const host = await createTestHost({ fetch: fakeServer().fetch, typed: null });
    expect(await host.run('--server', SERVER, 'login', 'amelie')).toBe(2);
    expect(host.err()).toContain('--password-stdin');
  });
  it('logout ends the session here too', async () => {
    const host = await signedIn();
    expect(await host.run('logout')).toBe(0);
    expect(await host.run('--server', SERVER, 'whoami')).toBe(3);
    expect(await readFile(join(host.configHome, 'fieldfare/credentials.json'), 'utf8')).not.toContain('refresh-');
  });
});

describe('tokens', () => {
  it('uses one access token until half a minute before it ends', async () => {
    const server = fakeServer();
    const host = await signedIn(server);
    expect(await host.run('whoami')).toBe(0);
    server.clock.advance(569_000);
    expect(await host.run('whoami')).toBe(0);
    expect(server.count('refresh')).toBe(0);
    server.clock.advance(2_000);
    expect(await host.run('whoami')).toBe(0);
    expect(server.count('refresh')).toBe(1);
  });
  it('renews once when the server refuses a token that looked good', async () => {
    const server = fakeServer();
    const host = await signedIn(server);
    server.revokeAccess();
    expect(await host.run('whoami')).toBe(0);
    expect(server.count('refresh')).toBe(1);
  });
  it('CLI-LOCK: commands side by side share one refresh, because a second one would end the session', async () => {
    const server = fakeServer();
    const host = await signedIn(server);
    server.clock.advance(3_600_000);
    const others = await Promise.all(
      Array.from({ length: 5 }, () =>
        createTestHost({ fetch: server.fetch, now: server.clock.now, configHome: host.configHome }),
      ),
    );
    expect(await Promise.all(others.map((other) => other.run('whoami')))).toEqual([0, 0, 0, 0, 0]);
    expect(server.count('refresh')).toBe(1);
  });
  it('CLI-LOCK: a lock whose holder was killed is taken over', async () => {
    const server = fakeServer();
    const host = await signedIn(server);
    const lock = join(host.configHome, 'fieldfare/credentials.json.lock');
    await mkdir(lock);
    await utimes(lock, (NOW - 120_000) / 1000, (NOW - 120_000) / 1000);
    server.revokeAccess();
    expect(await host.run('whoami')).toBe(0);
  });
  it('says which file to remove when the credentials are damaged', async () => {
    const host = await signedIn();
    const path = join(host.configHome, 'fieldfare/credentials.json');
    await writeFile(path, '{"version":');
    await chmod(path, 0o600);
    expect(await host.run('whoami')).toBe(1);
    expect(host.err()).toContain('credentials.json');
    expect(host.err()).toContain('[CLI-CREDENTIALS]');
  });
});

describe('exit codes', () => {
  it('4 when the server cannot be reached', async () => {
    const server = fakeServer();
    let down = false;
    const host = await signedIn(server, {
      fetch: (url, init) => {
        if (down) throw new TypeError('fetch failed');
        return server.fetch(url, init);
      },
    });
    down = true;
    expect(await host.run('whoami')).toBe(4);
    expect(host.err()).toBe('The server cannot be reached. [CLI-REACH]\n');
  });
  it('4 when something else answers for it', async () => {
    const host = await createTestHost({ fetch: () => new Response('<html>', { status: 502 }), typed: 'right' });
    expect(await host.run('--server', SERVER, 'login', 'amelie')).toBe(4);
  });
  it('3 when nobody is signed in', async () => {
    const host = await createTestHost({ fetch: fakeServer().fetch });
    expect(await host.run('week', 'show')).toBe(3);
  });
  it.each([
    [['nonsense']],
    [['week', 'show', '--nope']],
    [['visits', 'import']],
    [['week', 'show', '--week', '2026-W60']],
  ])('2 for %j', async (argv) => {
    const host = await signedIn();
    expect(await host.run(...argv)).toBe(2);
  });
  it('0 for help', async () => {
    const host = await createTestHost({ fetch: fakeServer().fetch });
    expect(await host.run('--help')).toBe(0);
    expect(host.out()).toContain('Exit codes');
  });
  it('--json says problems as data', async () => {
    const host = await createTestHost({ fetch: fakeServer().fetch });
    expect(await host.run('--json', 'week', 'show')).toBe(3);
    expect(JSON.parse(host.err())).toMatchObject({ problems: [{ code: 'unauthenticated', rule: 'CLI-SIGN-IN' }] });
  });
});

describe('regions and weeks', () => {
  const both = () => {
    const server = fakeServer({ regions: [WEST, EAST] });
    server.answers['scheduling.week'] = () =>
      refusal(403, 'forbidden', 'your role does not cover this region', 'PERM-REGION');
    return server;
  };
  const asked = (server: ReturnType<typeof fakeServer>): unknown =>
    server.calls.findLast(({ path }) => path === 'scheduling.week')?.input;

  it.each([
    [['--region', 'ottawa east'], EAST.id],
    [['--region', 'VALLEY'], WEST.id],
    [['--region', WEST.id], WEST.id],
  ])('finds %j', async (flags, id) => {
    const server = both();
    const host = await signedIn(server);
    expect(await host.run('week', 'show', ...flags)).toBe(1);
    expect(host.err()).toBe('Your role does not cover this region. [PERM-REGION]\n');
    expect(asked(server)).toEqual({ regionId: id, week: '2026-W47' });
  });
  it.each([[[]], [['--region', 'Ottawa']], [['--region', 'Toronto']]])('exit 2 and the names for %j', async (flags) => {
    const host = await signedIn(both());
    expect(await host.run('week', 'show', ...flags)).toBe(2);
    expect(host.err()).toContain('"Ottawa East"');
  });
  it.each([
    ['next', '2026-W48'],
    ['last', '2026-W46'],
    ['2026-W53', '2026-W53'],
  ])('knows the week %s', async (week, iso) => {
    const server = both();
    const host = await signedIn(server);
    await host.run('week', 'show', '-r', 'east', '-w', week);
    expect(asked(server)).toMatchObject({ week: iso });
  });
  it('takes the week of the region’s own day, not of this machine’s', async () => {
    // 04:30 UTC on Monday is still Sunday evening in Toronto.
    const server = fakeServer({ lifetimeMs: 1e12 });
    server.answers['scheduling.week'] = () => refusal(403, 'forbidden', 'no', 'PERM');
    const host = await signedIn(server, { now: () => Date.parse('2026-11-16T04:30:00Z') });
    await host.run('week', 'show');
    expect(asked(server)).toMatchObject({ week: '2026-W46' });
  });
});

describe('accept', () => {
  it.each([
    ['not JSON'],
    ['{}'],
    ['{"type":"proposal"}'],
    ['{"type":"proposal","regionId":"x","week":"y","placements":[]}'],
  ])('refuses %s', async (text) => {
    const host = await signedIn(fakeServer(), { files: { 'p.json': text } });
    expect(await host.run('accept', 'p.json')).toBe(1);
    expect(host.err()).toContain('[CLI-PROPOSAL]');
  });
  it('refuses a file that is not there', async () => {
    const host = await signedIn();
    expect(await host.run('accept', 'nope.json')).toBe(1);
    expect(host.err()).toContain('[CLI-FILE]');
  });
  it('says equal reasons once', async () => {
    const placement = {
      visitId: WEST.id,
      staffId: EAST.id,
      date: '2026-11-18',
      start: '09:00',
      basedOn: 's',
    };
    const proposal = { type: 'proposal', id: 'p', regionId: WEST.id, week: '2026-W47', placements: [placement] };
    const server = fakeServer();
    const stale = { code: 'conflict', message: 'the visit has changed', rule: 'SCH-STALE' };
    server.answers['scheduling.accept'] = () =>
      reply({ error: { message: '', code: -32009, data: { httpStatus: 409, problems: [stale, stale] } } }, 409);
    const host = await signedIn(server, { files: { 'p.json': JSON.stringify(proposal) } });
    expect(await host.run('accept', 'p.json')).toBe(1);
    expect(host.err()).toBe('The visit has changed. [SCH-STALE] (2 times)\n');
  });
});

describe('replan, plans and priorities', () => {
  const place = { visitId: EAST.id, staffId: WEST.id, date: '2026-11-18', start: '09:00', basedOn: 's' };
  const proposal = { id: 'p', placements: [place], unplaced: [] };

  it('asks about an absence by name, keeps the answer, and accepts it whole', async () => {
    const server = fakeServer();
    server.answers['scheduling.week'] = () =>
      data({
        lanes: [
          { staffId: WEST.id, name: 'Joan Roy' },
          { staffId: EAST.id, name: 'Pia Roy' },
        ],
        visits: [],
      });
    server.answers['scheduling.replan'] = () =>
      data({
        ...{ token: 't', proposal, displaced: 1, cancelled: 0, added: 0, untouched: 9, kept: 9 },
        news: [
          {
            staffId: EAST.id,
            staffName: 'Pia Roy',
            changes: [
              {
                ...{ kind: 'new', visitId: EAST.id, patientName: 'Simone Caron', serviceName: 'Nursing' },
                before: null,
                now: { date: '2026-11-18', start: '09:00', minutes: 45 },
              },
            ],
          },
        ],
      });
    server.answers['scheduling.acceptReplan'] = () => data({ placed: 1, waiting: 0 });
    const host = await signedIn(server);
    const kept = join(host.configHome, 'sick.json');
    expect(await host.run('replan', 'absence', 'joan', '--from', '2026-11-18', '-o', kept)).toBe(0);
    expect(host.out()).toContain('9 of 9 others stay exactly as they are');
    expect(host.out()).toContain('2026-11-18 09:00, 45 min');
    const asked = server.calls.find(({ path }) => path === 'scheduling.replan')?.input;
    const change = { kind: 'absence', staffId: WEST.id, from: '2026-11-18', to: '2026-11-18', reason: 'sick' };
    expect(asked).toMatchObject({ regionId: WEST.id, week: '2026-W47', change });
    expect(await host.run('accept', kept)).toBe(0);
    expect(host.out()).toContain('1 visit is placed.');
    const shown = { offered: 1, before: null, after: null };
    expect(server.calls.at(-1)?.input).toMatchObject({
      change,
      token: 't',
      placements: [place],
      proposalId: 'p',
      shown,
    });
  });

  it.each([
    [['replan', 'absence', 'roy', '--from', '2026-11-18'], 'several match'],
    [['replan', 'absence', 'nobody', '--from', '2026-11-18'], 'there is no carer of that name'],
    [['replan', 'absence', 'joan', '--from', 'tuesday'], 'a date is YYYY-MM-DD'],
    [['priorities', '--weeks', '20'], '--weeks is a number from 1 to 9'],
  ])('exit 2 for %j', async (words, said) => {
    const server = fakeServer();
    server.answers['scheduling.week'] = () =>
      data({
        lanes: [
          { staffId: WEST.id, name: 'Joan Roy' },
          { staffId: EAST.id, name: 'Pia Roy' },
        ],
        visits: [],
      });
    const host = await signedIn(server);
    expect(await host.run(...words)).toBe(2);
    expect(host.err().toLowerCase()).toContain(said.toLowerCase());
  });

  it('accepts the chosen one of several plans', async () => {
    const server = fakeServer();
    server.answers['scheduling.accept'] = () => data({ accepted: 1 });
    const plans = [
      { title: 'Short ways', proposal: { ...proposal, id: 'first' } },
      { title: 'Even workload', proposal },
    ];
    const file = JSON.stringify({ type: 'plans', regionId: WEST.id, week: '2026-W47', plans });
    const host = await signedIn(server, { files: { 'plans.json': file } });
    expect(await host.run('accept', 'plans.json', '--choice', '3')).toBe(2);
    expect(await host.run('accept', 'plans.json', '--choice', '2')).toBe(0);
    const before = null;
    expect(server.calls.at(-1)?.input).toMatchObject({
      ...{ proposalId: 'p', origin: 'scenario', placements: [place] },
      shown: { offered: 1, before, leftOut: [], others: [{ proposalId: 'first', offered: 1, before }] },
    });
  });

  it('says what choices speak for, and puts it in force only when told', async () => {
    const server = fakeServer();
    const weights = { travelMinutes: 10, continuity: 140 };
    server.answers['insights.priorities'] = () =>
      data({
        ...{ inForce: null, now: { travelMinutes: 10, continuity: 100 }, proposed: weights, usual: weights },
        ...{ choices: 25, against: 8, needed: 20, plans: { accepted: 3, changed: 1, rejected: 2 }, history: [] },
        priorities: [{ component: 'continuity', now: 100, learned: 140, better: 7, worse: 1 }],
      });
    server.answers['insights.applyPriorities'] = () => data({ id: 'w' });
    const host = await signedIn(server);
    expect(await host.run('priorities')).toBe(0);
    expect(host.out()).toContain('3 accepted, 1 in part, 2 rejected');
    expect(host.out()).toMatch(/half a new face +100 +140 +7 +1/);
    expect(server.count('insights.applyPriorities')).toBe(0);
    expect(await host.run('priorities', '--apply')).toBe(0);
    expect(server.calls.at(-1)?.input).toEqual({ inForce: null, weights, choices: 25, against: 8 });
  });
});

describe('sync status', () => {
  const report = {
    status: { state: 'live', pending: 2, lastSyncedAt: NOW - 90_000, retryAt: null, reason: null, refusedShards: [] },
    journal: { bytes: 2_400_000, frames: 812, segments: 1 },
    shards: [
      {
        shard: `schedule/${WEST.id}/2026-W47`,
        title: 'Week 2026-W47 · Ottawa West',
        phase: 'synced',
        access: 'read',
        pending: 2,
        lastAckAt: NOW - 3_000,
        reason: 'you may only read this',
        bytes: 41_200,
        frames: 97,
        begunAt: NOW - 172_800_000,
        loaded: true,
        peers: [{ id: 1, userId: 'u', name: 'Ben', state: {} }],
      },
    ],
    refusals: [
      {
        at: NOW - 3_000,
        shard: `schedule/${WEST.id}/2026-W47`,
        title: 'Week 2026-W47 · Ottawa West',
        rule: 'SYN-PEER-ACCESS',
        message: 'you may only read this',
      },
    ],
  };
  const desktop = async (): Promise<TestHost> => {
    const host = await createTestHost({ now: () => NOW, fetch: async () => data(report) });
    await mkdir(join(host.configHome, 'Fieldfare'));
    const door = JSON.stringify({ url: 'http://127.0.0.1:4301', token: 'door' });
    await writeFile(join(host.configHome, 'Fieldfare', 'loopback.json'), door);
    return host;
  };

  it('asks the desktop application, and says what waits, what was refused and why', async () => {
    const host = await desktop();
    expect(await host.run('sync', 'status')).toBe(0);
    for (const told of [
      'Live · 2 changes wait',
      'Last fully synced 2 min ago · 2.4 MB on this device',
      'Week 2026-W47 · Ottawa West',
      'refused',
      '3 s ago',
      'Ben',
      'you may only read this [SYN-PEER-ACCESS]',
    ])
      expect(host.out()).toContain(told);
  });

  it('--json gives the report as it is', async () => {
    const host = await desktop();
    expect(await host.run('sync', 'status', '--json')).toBe(0);
    expect(JSON.parse(host.out())).toEqual(report);
  });

  it('exit 4 when the desktop application is not running', async () => {
    const host = await createTestHost({ fetch: () => expect.unreachable() });
    expect(await host.run('sync', 'status')).toBe(4);
    expect(host.err()).toContain('[CLI-DESKTOP]');
  });
});
