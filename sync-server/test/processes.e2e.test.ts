import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { visits } from '@fieldfare/domain';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { killLoop, type ServerProcess, spawnServer } from './kill-loop.ts';
import {
  addVisit,
  openClient,
  seedAgency,
  seedOffline,
  signIn,
  startTestServer,
  temporaryDir,
  until,
  untilAcknowledged,
  untilState,
  value,
  visit,
  weekShard,
} from './support.ts';

const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url));
const undo: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

function dataDir(): string {
  const dir = temporaryDir();
  undo.push(dir.remove);
  return dir.path;
}

interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

async function cli(args: readonly string[], input = ''): Promise<Outcome> {
  const child = spawn(process.execPath, [MAIN, ...args], { stdio: 'pipe' });
  let out = '';
  let err = '';
  child.stdout.on('data', (chunk) => {
    out += String(chunk);
  });
  child.stderr.on('data', (chunk) => {
    err += String(chunk);
  });
  child.stdin.end(input);
  const [code] = (await once(child, 'close')) as [number];
  return { code, out, err };
}

async function launch(data: string, flags: readonly string[] = []): Promise<ServerProcess> {
  const server = await spawnServer(data, flags);
  undo.push(async () => {
    if (server.child.exitCode !== null || server.child.signalCode !== null) return;
    server.child.kill('SIGKILL');
    await once(server.child, 'exit');
  });
  return server;
}

describe('account commands', () => {
  it('make an organisation and its people with the server down, and change them with it up', async () => {
    const data = dataDir();
    const at = ['--data', data];
    expect(await cli(['tenant', 'add', ...at, '--name', 'Maple Care'])).toMatchObject({ code: 0 });
    const place = ['--zone', 'America/Toronto', '--lat', '45.4', '--lng=-75.7'];
    expect(await cli(['region', 'add', ...at, '--tenant', 'Maple Care', '--name', 'East', ...place])).toMatchObject({
      code: 0,
    });
    const person = ['--tenant', 'Maple Care', '--name', 'Jo Doe', '--role', 'coordinator', '--region', 'East'];
    const added = await cli(['user', 'add', ...at, ...person, '--login', 'jo', '--generate']);
    const password = /Password \(shown once\): (\S+)/.exec(added.out)?.[1] ?? '';
    expect(password).toMatch(/^[a-z2-9]{5}(-[a-z2-9]{5}){3}$/);
    const short = await cli(['user', 'add', ...at, ...person, '--login', 'al'], 'short\n');
    expect(short).toMatchObject({ code: 1, err: expect.stringContaining('10 to 256 characters') });

    const server = await launch(data);
    await expect(signIn(server.url, 'jo', password)).resolves.toMatchObject({ principal: { name: 'Jo Doe' } });
    expect(await cli(['user', 'password', ...at, '--login', 'jo'], 'a much better password\n')).toMatchObject({
      code: 0,
    });
    await expect(signIn(server.url, 'jo', password)).rejects.toThrow('401');
    await expect(signIn(server.url, 'jo', 'a much better password')).resolves.toBeDefined();
    const listed = await cli(['user', 'list', ...at]);
    expect(listed.out).toMatch(/jo +Jo Doe/);
    expect(listed.out).not.toContain('argon2');
    expect(await cli(['user', 'disable', ...at, '--login', 'jo'])).toMatchObject({ code: 0 });
    await expect(signIn(server.url, 'jo', 'a much better password')).rejects.toThrow('401');
    expect(await cli(['user', 'disable', ...at, '--login', 'nobody'])).toMatchObject({ code: 1 });
  });

  it('say what is wrong with their use', async () => {
    expect(await cli(['user', 'add', '--data', dataDir()])).toMatchObject({
      code: 2,
      err: expect.stringContaining('--tenant'),
    });
    expect(await cli(['--port', 'http'])).toMatchObject({ code: 2 });
    expect(await cli(['--help'])).toMatchObject({ code: 0, out: expect.stringContaining('--trust-proxy') });
  });
});

describe('starting and stopping', () => {
  it('SRV-LOCK, ACC-KEY, SRV-STOP: one server at a time, under its own key, and an orderly end', async () => {
    const data = dataDir();
    await seedOffline(data);
    const first = await launch(data);
    const second = await cli(['--port', '0', '--data', data]);
    expect(second.code).toBe(1);
    expect(second.err).toContain('another server or account command is using this data directory');
    expect(second.err).toContain(join(data, 'accounts'));
    await expect(signIn(first.url, 'ada')).resolves.toBeDefined();

    const mode = (name: string): number => statSync(join(data, name)).mode & 0o777;
    expect(['server.key', 'token.key', 'control.sock'].map(mode)).toEqual([0o600, 0o600, 0o600]);
    expect(['.', 'accounts', 'tenants'].map(mode)).toEqual([0o700, 0o700, 0o700]);

    const socket = new WebSocket(`${first.url.replace('http', 'ws')}/sync`);
    const closed = new Promise<number>((resolve) => socket.on('close', resolve));
    await once(socket, 'open');
    const exited = once(first.child, 'exit');
    first.child.kill('SIGTERM');
    expect(await closed).toBe(1001);
    expect(await exited).toEqual([0, null]);

    const key = readFileSync(join(data, 'server.key'));
    writeFileSync(join(data, 'server.key'), `${Buffer.alloc(32, 7).toString('base64')}\n`);
    const locked = await cli(['--port', '0', '--data', data]);
    expect(locked).toMatchObject({ code: 1, err: expect.stringContaining('wrong data key') });
    rmSync(join(data, 'server.key'));
    const keyless = await cli(['--port', '0', '--data', data]);
    expect(keyless).toMatchObject({ code: 1, err: expect.stringContaining('no server.key') });
    writeFileSync(join(data, 'server.key'), key);
    const again = await launch(data);
    await expect(signIn(again.url, 'ben')).resolves.toBeDefined();
  });

  it('SRV-DEMO: fills an empty directory, says how to sign in, and finds it again at the next start', async () => {
    const data = dataDir();
    for (let start = 0; start < 2; start++) {
      const running = await startTestServer(data, { demo: true });
      undo.push(running.close);
      const [coordinator] = running.server.demoAccounts;
      const { principal } = await signIn(running.server.url, coordinator?.login ?? '', coordinator?.password);
      expect(principal.roles[0]?.role).toBe('coordinator');
      await running.close();
    }
    const real = dataDir();
    await seedOffline(real);
    await expect(startTestServer(real, { demo: true })).rejects.toThrow('a directory of its own');
    await (await startTestServer(real)).close(); // the refusal left it free
  });
});

describe('what goes wrong', () => {
  it('SYN-ACK: killed with SIGKILL under writes, no acknowledged edit is lost', { timeout: 90_000 }, async () => {
    const result = await killLoop({ rounds: 3, seed: 7 });
    expect(result.lost).toEqual([]);
    expect(result.converged).toBe(true);
    expect(result.acknowledged).toBeGreaterThan(20);
    expect(Math.max(...result.restartsMs)).toBeLessThan(15_000);
  });

  it('SYN-ACK: the loop above would see a loss', { timeout: 90_000 }, async () => {
    const result = await killLoop({
      rounds: 1,
      seed: 8,
      sabotage(data) {
        for (const name of readdirSync(join(data, 'tenants'), { recursive: true })) {
          const path = join(data, 'tenants', String(name));
          if (statSync(path).isFile() && statSync(path).size > 4000)
            truncateSync(path, Math.floor(statSync(path).size / 2));
        }
      },
    });
    expect(result.lost).not.toEqual([]);
  });

  /** 30 visits, each acknowledged by itself; the laptop that wrote them; the journal file they lie in, server stopped. */
  async function written() {
    const data = dataDir();
    const agency = await seedOffline(data);
    let running = await startTestServer(data);
    undo.push(() => running.close());
    const ada = await openClient(() => running.server.url, 'ada', [weekShard(agency.north)]);
    undo.push(ada.close);
    await untilState(ada, 'live');
    const ids: string[] = [];
    for (let n = 0; n < 30; n++) {
      const row = visit(agency.north, { note: `visit ${n}` });
      ids.push(row.id);
      value(await ada.replica.commit([addVisit(row)], ada.principal.userId));
      await untilAcknowledged(ada);
    }
    ada.connection.stop();
    await running.close();
    const folder = join(data, 'tenants', agency.tenantId);
    const [file = ''] = readdirSync(folder)
      .map((name) => join(folder, name))
      .sort((a, b) => statSync(b).size - statSync(a).size);
    return {
      ada,
      ids,
      file,
      async restart() {
        running = await startTestServer(data);
        return running;
      },
      /** What a laptop that never saw anything gets. */
      async missing(): Promise<string[]> {
        const ben = await openClient(() => running.server.url, 'ben', [weekShard(agency.north)]);
        await untilState(ben, 'live');
        const found = new Set([...ben.replica.rows(weekShard(agency.north), visits.name)].map((row) => row.id));
        await ben.close();
        return ids.filter((id) => !found.has(id));
      },
    };
  }

  it('SRV-DAMAGE: a torn tail is cut and logged; everything before it is served', async () => {
    const { file, restart, missing } = await written();
    const bytes = readFileSync(file);
    writeFileSync(file, Buffer.concat([bytes, bytes.subarray(bytes.length - 60, bytes.length - 20)]));
    const running = await restart();
    expect(await missing()).toEqual([]);
    expect(running.logs.join('')).toContain('torn-tail');
  });

  it('SRV-DAMAGE: a flipped bit is logged, the rest is served, and laptops give back what it cost', async () => {
    const { ada, ids, file, restart, missing } = await written();
    const bytes = readFileSync(file);
    const at = Math.floor(bytes.length * 0.7);
    bytes[at] = (bytes[at] ?? 0) ^ 4;
    writeFileSync(file, bytes);
    const running = await restart();
    const lost = await missing();
    expect(running.logs.join('')).toContain('damage in a journal');
    expect(lost.length).toBeGreaterThan(0);
    expect(lost.length).toBeLessThan(ids.length);
    ada.connection.start();
    await untilAcknowledged(ada);
    expect(await missing()).toEqual([]);
  });
});

describe('a full disk', () => {
  const root = process.getuid?.() === 0 && process.platform === 'linux';
  it.skipIf(!root)(
    'JRN-FULL: acknowledges nothing it did not keep, goes on reading, and catches up with room',
    async () => {
      const data = dataDir();
      const run = async (command: string, ...args: string[]): Promise<number> => {
        const [code] = (await once(spawn(command, args), 'exit')) as [number];
        return code;
      };
      const mount = (...args: string[]): Promise<number> => run('mount', ...args);
      if ((await mount('-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', data)) !== 0) {
        process.stderr.write('SKIPPED: this machine does not let tests mount a small disk\n');
        return;
      }
      undo.push(async () => {
        await run('umount', data);
      });
      let running = await startTestServer(data);
      undo.push(() => running.close());
      const agency = await seedAgency(running.admin);
      const ada = await openClient(() => running.server.url, 'ada', [weekShard(agency.north)]);
      undo.push(ada.close);
      await untilState(ada, 'live');
      const kept: string[] = [];
      const noise = (): string =>
        Array.from({ length: 1900 }, () => String.fromCharCode(97 + Math.floor(Math.random() * 26))).join('');
      for (let n = 0; n < 1000 && ada.replica.pending().count === 0; n++) {
        const row = visit(agency.north, { note: noise() });
        value(await ada.replica.commit([addVisit(row)], ada.principal.userId));
        await until(() => ada.replica.pending().count === 0, 'acknowledged', 400).catch(() => undefined);
        if (ada.replica.pending().count === 0) kept.push(row.id);
      }
      expect(kept.length).toBeGreaterThan(10);
      expect(ada.replica.pending().count).toBeGreaterThan(0); // the disk is full and the client knows
      expect((await fetch(`${running.server.url}/healthz`)).status).toBe(200);

      ada.connection.stop(); // what is checked next must come from the disk alone
      await running.close();
      expect(await mount('-o', 'remount,size=32m', data)).toBe(0);
      running = await startTestServer(data);
      const reader = await openClient(() => running.server.url, 'ben', [weekShard(agency.north)]);
      undo.push(reader.close);
      await untilState(reader, 'live');
      const found = new Set([...reader.replica.rows(weekShard(agency.north), visits.name)].map((row) => row.id));
      expect(kept.filter((id) => !found.has(id))).toEqual([]);
      ada.connection.start();
      await untilAcknowledged(ada);
    },
  );
});
