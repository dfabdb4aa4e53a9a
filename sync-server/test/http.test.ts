import { mkdirSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type Agency,
  PASSWORD,
  post,
  seedAgency,
  signIn,
  startTestServer,
  type TestServer,
  temporaryDir,
} from './support.ts';

const dir = temporaryDir();
const web = temporaryDir();
let running: TestServer;
let agency: Agency;
let url: string;

beforeAll(async () => {
  mkdirSync(join(web.path, 'assets'));
  writeFileSync(join(web.path, 'index.html'), '<!doctype html><title>Fieldfare</title>');
  writeFileSync(join(web.path, 'assets', 'index-a1b2c3.js'), 'export {};');
  writeFileSync(join(web.path, '.secret'), 'no');
  running = await startTestServer(dir.path, {
    webDir: web.path,
    origins: ['https://plan.example.org'],
    metricsToken: 'sesame',
  });
  agency = await seedAgency(running.admin);
  url = running.server.url;
});
afterAll(async () => {
  await running.close();
  dir.remove();
  web.remove();
});

const bearer = (token: string): Record<string, string> => ({ authorization: `Bearer ${token}` });
const trpc = (path: string, input: unknown, headers: Record<string, string>): Promise<Response> =>
  fetch(`${url}/trpc/${path}?input=${encodeURIComponent(JSON.stringify(input))}`, { headers });

async function expectProblem(response: Response, status: number, rule?: string): Promise<void> {
  const body = (await response.json()) as { problems: { rule?: string }[] };
  expect(response.status).toBe(status);
  expect(response.headers.get('content-type')).toContain('application/problem+json');
  expect(body).toMatchObject({
    type: expect.stringMatching(/^urn:fieldfare:problem:/),
    title: expect.any(String),
    status,
    problems: expect.arrayContaining([
      expect.objectContaining({ code: expect.any(String), message: expect.any(String) }),
    ]),
  });
  if (rule !== undefined) expect(body.problems[0]?.rule).toBe(rule);
}

describe('sign-in over HTTP', () => {
  it('answers with tokens, the principal and the organisation', async () => {
    const answer = await post(`${url}/auth/login`, {
      login: 'ada',
      password: PASSWORD,
      deviceId: null,
      deviceName: 'L',
    });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(await answer.json()).toEqual({
      accessToken: expect.any(String),
      refreshToken: expect.any(String),
      deviceId: expect.any(String),
      principal: {
        tenantId: agency.tenantId,
        userId: expect.any(String),
        deviceId: expect.any(String),
        name: 'Name of ada',
        roles: [{ role: 'coordinator', regionIds: null }],
      },
      organisation: { id: agency.tenantId, name: 'First Agency', synthetic: false },
    });
  });

  it('refreshes and logs out', async () => {
    const first = await signIn(url, 'ada');
    const answer = await post(`${url}/auth/refresh`, { refreshToken: first.refreshToken });
    expect(answer.status).toBe(200);
    const second = (await answer.json()) as { refreshToken: string };
    expect((await post(`${url}/auth/logout`, { refreshToken: second.refreshToken })).status).toBe(204);
    await expectProblem(await post(`${url}/auth/refresh`, { refreshToken: second.refreshToken }), 401, 'AUTH-SESSION');
  });

  it('AUTH-CREDENTIALS: a wrong password is 401', async () => {
    const body = { login: 'ada', password: 'wrong', deviceId: null, deviceName: 'L' };
    const answer = await post(`${url}/auth/login`, body);
    expect(answer.headers.get('www-authenticate')).toBe('Bearer');
    await expectProblem(answer, 401, 'AUTH-CREDENTIALS');
  });

  it('AUTH-THROTTLE: too many failures are 429 with Retry-After', async () => {
    const body = { login: 'throttled', password: 'wrong', deviceId: null, deviceName: 'L' };
    let answer = await post(`${url}/auth/login`, body);
    for (let i = 0; i < 6 && answer.status === 401; i++) answer = await post(`${url}/auth/login`, body);
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    await expectProblem(answer, 429, 'AUTH-THROTTLE');
  });
});

describe('SRV-PROBLEM: every error is problem details', () => {
  const json = { 'content-type': 'application/json' };
  it.each([
    ['missing fields', 422, 'INPUT', () => post(`${url}/auth/login`, { login: 'ada' })],
    [
      'a body that is not JSON',
      400,
      'HTTP-BODY',
      () => fetch(`${url}/auth/login`, { method: 'POST', headers: json, body: '{' }),
    ],
    ['no body', 400, 'HTTP-BODY', () => fetch(`${url}/auth/login`, { method: 'POST', headers: json })],
    [
      'another content type',
      415,
      'HTTP-TYPE',
      () => fetch(`${url}/auth/login`, { method: 'POST', headers: { 'content-type': 'text/xml' }, body: '<a/>' }),
    ],
    ['a large body', 413, 'HTTP-SIZE', () => post(`${url}/auth/login`, { login: 'x'.repeat(20_000) })],
    ['an unknown path', 404, 'HTTP-PATH', () => fetch(`${url}/nothing/here.txt`)],
    ['an unknown method', 404, 'HTTP-PATH', () => fetch(`${url}/healthz`, { method: 'DELETE' })],
    ['a malformed address', 400, 'HTTP-URL', () => fetch(`${url}/%c0`)],
    [
      'a foreign origin',
      403,
      'SRV-ORIGIN',
      () => fetch(`${url}/healthz`, { headers: { origin: 'https://evil.example' } }),
    ],
    ['/sync without an upgrade', 404, 'HTTP-PATH', () => fetch(`${url}/sync`)],
  ])('%s', async (_what, status, rule, ask) => {
    await expectProblem(await ask(), status, rule);
  });

  it('answers bytes that are not HTTP and goes on', async () => {
    const reply = await new Promise<string>((resolve, reject) => {
      const socket = connect(running.server.port, '127.0.0.1', () => socket.write('\x00\x01garbage\r\n\r\n'));
      let text = '';
      socket.on('data', (chunk) => {
        text += String(chunk);
      });
      socket.on('close', () => resolve(text));
      socket.on('error', reject);
    });
    expect(reply).toMatch(/^HTTP\/1.1 400/);
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
  });
});

describe('health', () => {
  it('lives and is ready', async () => {
    expect(await (await fetch(`${url}/healthz`)).json()).toEqual({ status: 'ok' });
    expect(await (await fetch(`${url}/readyz`)).json()).toEqual({ status: 'ready' });
  });
});

describe('SRV-METRICS', () => {
  it.each([
    ['no token', {}, 403],
    ['another token', { authorization: 'Bearer sesam' }, 403],
    ['the token', { authorization: 'Bearer sesame' }, 200],
    ['the token, through a proxy', { authorization: 'Bearer sesame', 'x-forwarded-for': '203.0.113.7' }, 200],
  ])('where a token is set: %s', async (_what, headers: Record<string, string>, status) => {
    expect((await fetch(`${url}/metrics`, { headers })).status).toBe(status);
  });
});

describe('the web app', () => {
  const html = { accept: 'text/html' };
  it.each(['/', '/board/2026-W47', '/lock'])('shows the page at %s, asked for again each time', async (path) => {
    const answer = await fetch(`${url}${path}`, { headers: html });
    expect(answer.status).toBe(200);
    expect(await answer.text()).toContain('<title>Fieldfare</title>');
    expect(answer.headers.get('cache-control')).toBe('no-cache');
  });

  it('hashed assets never change', async () => {
    const answer = await fetch(`${url}/assets/index-a1b2c3.js`);
    expect(answer.headers.get('cache-control')).toContain('immutable');
    expect(answer.headers.get('content-type')).toContain('javascript');
  });

  it('a missing asset is 404, not the page; hidden files and paths outside are not served', async () => {
    await expectProblem(await fetch(`${url}/assets/old.js`, { headers: html }), 404);
    expect((await fetch(`${url}/.secret`)).status).toBe(404);
    expect((await fetch(`${url}/..%2f..%2fetc/passwd`)).status).not.toBe(200);
  });

  it('carries the security headers on every kind of answer', async () => {
    for (const path of ['/', '/healthz', '/nothing.txt', '/assets/index-a1b2c3.js']) {
      const { headers } = await fetch(`${url}${path}`);
      const policy = headers.get('content-security-policy');
      for (const part of [
        "default-src 'self'",
        "script-src 'self' 'wasm-unsafe-eval'",
        "object-src 'none'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
      ]) {
        expect(policy).toContain(part);
      }
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('referrer-policy')).toBe('no-referrer');
      expect(headers.get('cross-origin-opener-policy')).toBe('same-origin');
    }
  });

  it('says how to get the app when there is none', async () => {
    const other = temporaryDir();
    const bare = await startTestServer(other.path);
    const answer = await fetch(bare.server.url, { headers: html });
    expect(answer.headers.get('content-type')).toContain('text/plain');
    expect(await answer.text()).toContain('pnpm start');
    await bare.close();
    other.remove();
  });
});

describe('SRV-ORIGIN', () => {
  it.each([
    ['the desktop shell', 'app://fieldfare'],
    ['a listed origin', 'https://plan.example.org'],
  ])('lets %s call', async (_what, origin) => {
    const asked = await fetch(`${url}/auth/login`, { method: 'OPTIONS', headers: { origin } });
    expect(asked.status).toBe(204);
    expect(asked.headers.get('access-control-allow-origin')).toBe(origin);
    expect(asked.headers.get('access-control-allow-headers')).toContain('authorization');
    expect((await fetch(`${url}/healthz`, { headers: { origin } })).headers.get('access-control-allow-origin')).toBe(
      origin,
    );
  });

  it('lets our own pages call, without opening anything to others', async () => {
    const answer = await fetch(`${url}/healthz`, { headers: { origin: url } });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('access-control-allow-origin')).toBeNull();
  });
});

describe('procedures over HTTP', () => {
  it('answer the holder of a token', async () => {
    const { accessToken } = await signIn(url, 'ada');
    const answer = await trpc('orgs.current', undefined, bearer(accessToken));
    expect(answer.status).toBe(200);
    const body = (await answer.json()) as { result: { data: { organisation: { name: string }; regions: unknown[] } } };
    expect(body.result.data.organisation.name).toBe('First Agency');
    expect(body.result.data.regions).toHaveLength(2);
  });

  it.each([
    ['none', {}],
    ['nonsense', bearer('nonsense')],
    ['another scheme', { authorization: 'Basic YWRhOmFkYQ==' }],
  ])('AUTH-TOKEN: token %s is refused with the same payload', async (_what, headers) => {
    const answer = await trpc('identity.me', undefined, headers);
    expect(answer.status).toBe(401);
    expect(await answer.json()).toMatchObject({ error: { data: { problems: [{ rule: 'AUTH-TOKEN' }] } } });
  });

  it('PERM-REGION: a coordinator of the north sees no patients of the south', async () => {
    const { accessToken } = await signIn(url, 'norman');
    expect((await trpc('patients.list', { regionId: agency.north }, bearer(accessToken))).status).toBe(200);
    const answer = await trpc('patients.list', { regionId: agency.south }, bearer(accessToken));
    expect(answer.status).toBe(403);
    expect(await answer.json()).toMatchObject({ error: { data: { problems: [{ rule: 'PERM-REGION' }] } } });
  });

  it('SRV-BODY: takes a CSV file of the size that imports take, from who is signed in alone', async () => {
    const { accessToken } = await signIn(url, 'ada');
    const text = `reference\n${'"\n'.repeat(10 * 512 * 1024 - 20)}`; // 10 MB that JSON makes twice as long
    const body = { regionId: agency.north, kind: 'no such kind', text }; // read whole, and then refused at once
    const send = (headers: Record<string, string>) => post(`${url}/trpc/imports.preview`, body, headers);
    const answer = await send(bearer(accessToken));
    expect(await answer.json()).toMatchObject({ error: { data: { problems: [{ rule: 'INPUT', path: ['kind'] }] } } });
    const stranger = await send({}).then(
      ({ status }) => status,
      () => 401, // the connection may end before all was sent
    );
    expect(stranger).toBe(401);
  });

  it("shows nothing of another organisation's region", async () => {
    const { accessToken } = await signIn(url, 'otto');
    const answer = await trpc('patients.list', { regionId: agency.north }, bearer(accessToken));
    const body = (await answer.json()) as { result?: { data: unknown[] } };
    expect(body.result?.data ?? []).toEqual([]);
  });

  it('a subscription streams as server-sent events and ends with its session', async () => {
    const grant = await signIn(url, 'ada');
    const input = encodeURIComponent(JSON.stringify({ regionId: agency.north, week: '2026-W47' }));
    const answer = await fetch(`${url}/trpc/scheduling.board?input=${input}`, {
      headers: { ...bearer(grant.accessToken), accept: 'text/event-stream' },
    });
    expect(answer.headers.get('content-type')).toContain('text/event-stream');
    const reader = answer.body?.getReader();
    let text = '';
    while (reader && !text.includes('data: {')) text += new TextDecoder().decode((await reader.read()).value);
    await post(`${url}/auth/logout`, { refreshToken: grant.refreshToken });
    await expect(
      (async () => {
        for (;;) if ((await reader?.read())?.done) return 'ended';
      })().catch(() => 'ended'),
    ).resolves.toBe('ended');
  });
});
