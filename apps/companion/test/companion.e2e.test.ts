/** The command line as a process against the server as a process, over the demo agency. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseCsv } from '@fieldfare/interchange';
import { unwrap } from '@fieldfare/kernel';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const REPOSITORY = fileURLToPath(new URL('../../../', import.meta.url));
const MAIN = join(REPOSITORY, 'apps/companion/src/main.ts');

let folder = '';
let url = '';
let server: ChildProcess;

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

function fieldfare(argv: readonly string[], input = ''): Promise<Ended> {
  const child = spawn(process.execPath, [MAIN, ...argv], {
    env: { ...process.env, XDG_CONFIG_HOME: folder, NO_COLOR: '1' },
  });
  let out = '';
  let err = '';
  child.stdout.on('data', (chunk: Buffer) => {
    out += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    err += chunk.toString();
  });
  child.stdin.end(input);
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, out, err })));
}

const signIn = (login: string): Promise<Ended> =>
  fieldfare(['--server', url, 'login', login, '--password-stdin'], `${login}-demo-password\n`);

interface Board {
  readonly visits: readonly { readonly id: string; readonly staffId: string | null; readonly note: string }[];
}
const weekJson = async (...flags: string[]): Promise<Board> => {
  const { code, out, err } = await fieldfare(['--json', 'week', 'show', ...flags]);
  expect([code, err]).toEqual([0, '']);
  return JSON.parse(out) as Board;
};
const openOf = (board: Board): number => board.visits.filter((visit) => visit.staffId === null).length;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fieldfare-e2e-'));
  const main = join(REPOSITORY, 'sync-server/src/main.ts');
  server = spawn(process.execPath, [
    main,
    '--port',
    '0',
    '--data',
    join(folder, 'data'),
    '--demo',
    '--log-level',
    'error',
  ]);
  url = await new Promise((resolve, reject) => {
    let said = '';
    const hear = (chunk: Buffer): void => {
      said += chunk.toString();
      const found = /http:\/\/127\.0\.0\.1:\d+/.exec(said);
      if (found) resolve(found[0]);
    };
    server.stdout?.on('data', hear);
    server.stderr?.on('data', hear);
    server.on('exit', (code) => reject(new Error(`the server ended with ${code}: ${said}`)));
  });
  expect((await signIn('amelie')).code).toBe(0);
});

afterAll(async () => {
  const ended = new Promise((resolve) => server.once('close', resolve));
  server.kill('SIGTERM');
  await ended;
  await rm(folder, { recursive: true, force: true });
});

describe('the companion against the server', () => {
  it('refuses a wrong password with the server’s own sentence', async () => {
    const { code, err } = await fieldfare(['--server', url, 'login', 'amelie', '--password-stdin'], 'nope\n');
    expect(code).toBe(3);
    expect(err).toContain('[AUTH-CREDENTIALS]');
  });

  it('keeps credentials private', async () => {
    expect((await stat(join(folder, 'fieldfare/credentials.json'))).mode & 0o777).toBe(0o600);
  });

  it('shows and exports the week', async () => {
    const shown = await fieldfare(['week', 'show', '--region', 'west']);
    expect(shown.code).toBe(0);
    expect(shown.out).toMatch(/^Ottawa West & Valley · \d{4}-W\d\d\n\d+ visits, \d+ unscheduled/);
    const board = await weekJson('--region', 'west');
    const state = await fieldfare(['week', 'state', '--region', 'west', '--group', 'role']);
    expect(state.out).toMatch(/Group +Carers +Booked +Capacity[\s\S]*psw +\d+/);
    expect(state.out).toMatch(/Best place, or why there is none/);
    const exported = await fieldfare(['week', 'export', '--csv', '--region', 'west']);
    expect(unwrap(parseCsv(exported.out)).records).toHaveLength(board.visits.length);
  });

  it('imports visits once, whole or not at all', async () => {
    const file = join(folder, 'visits.csv');
    const header = 'Patient number;Service;Date;Start;Note\n';
    const before = await weekJson('-r', 'west', '-w', 'next');
    const monday = /\d{4}-\d\d-\d\d/.exec((await fieldfare(['week', 'export', '-r', 'west', '-w', 'next'])).out)?.[0];
    await writeFile(file, `${header}P-00001;psw;${monday};15:00;Extra e2e\nP-99999;psw;${monday};;\n`);
    const refused = await fieldfare(['visits', 'import', file, '-r', 'west']);
    expect(refused.code).toBe(1);
    expect(refused.err).toMatch(/3 {2}Patient number {2}.*IMP-VALUE/);
    expect((await weekJson('-r', 'west', '-w', 'next')).visits).toHaveLength(before.visits.length);

    await writeFile(file, `${header}P-00001;psw;${monday};15:00;Extra e2e\n`);
    expect((await fieldfare(['visits', 'import', file, '-r', 'west', '--dry-run'])).out).toContain('1 new');
    expect((await fieldfare(['visits', 'import', file, '-r', 'west'])).out).toContain('1 new');
    expect((await fieldfare(['visits', 'import', file, '-r', 'west'])).out).toContain(
      '0 new, 0 changed, 1 as they were',
    );
    const after = await weekJson('-r', 'west', '-w', 'next');
    expect(after.visits).toHaveLength(before.visits.length + 1);
    expect(after.visits.filter(({ note }) => note === 'Extra e2e')).toHaveLength(1);
  });

  it('says how the last weeks went', async () => {
    const { code, out } = await fieldfare(['week', 'outcomes', '-r', 'east', '--weeks', '2']);
    expect(code).toBe(0);
    expect(out.split('\n')[1]).toMatch(/^Measure +\d{4}-W\d{2} +\d{4}-W\d{2}$/);
    expect(out).toMatch(/Care not covered +\d+\.\d % +\d+\.\d %/);
    expect(out).toMatch(/Continuity of carers +0\.\d\d +0\.\d\d/);
  });

  it('suggests for one visit and assigns the choice', async () => {
    const before = await weekJson('-r', 'east', '-w', 'next');
    const open = before.visits.filter(({ staffId }) => staffId === null);
    const file = join(folder, 'candidates.json');
    for (const visit of open.slice(0, 5)) {
      const { code, out } = await fieldfare(['suggest', visit.id.slice(0, 12), '-r', 'east', '-w', 'next', '-o', file]);
      expect(code).toBe(0);
      if (!/strong|moderate/.test(out)) continue;
      expect((await fieldfare(['accept', file])).out).toContain('The visit is assigned.');
      const after = await weekJson('-r', 'east', '-w', 'next');
      expect(after.visits.find(({ id }) => id === visit.id)?.staffId).not.toBeNull();
      return;
    }
    expect.unreachable('none of five open visits had a candidate');
  });

  it('suggests a whole week, accepts it once, and refuses it when stale', async () => {
    const file = join(folder, 'proposal.json');
    const before = await weekJson('-r', 'west');
    const proposed = await fieldfare(['suggest', '-r', 'west', '--seed', '1', '-o', file]);
    expect([proposed.code, proposed.err]).toEqual([0, '']);
    const { placements } = JSON.parse(await readFile(file, 'utf8')) as { placements: unknown[] };
    expect(placements.length).toBeGreaterThan(5);
    expect(openOf(await weekJson('-r', 'west'))).toBe(openOf(before));

    expect((await fieldfare(['accept', file])).out).toBe(`${placements.length} visits are assigned.\n`);
    expect(openOf(await weekJson('-r', 'west'))).toBe(openOf(before) - placements.length);
    const again = await fieldfare(['accept', file]);
    expect(again.code).toBe(1);
    expect(again.err).toContain('[SCH-STALE]');
  });

  it('says why nobody can take a visit that is left, and does what makes room', async () => {
    const file = join(folder, 'ways.json');
    const left = (await weekJson('-r', 'west')).visits.filter(({ staffId }) => staffId === null);
    for (const { id } of left) {
      const { code, out } = await fieldfare(['why', id, '-r', 'west', '-o', file]);
      expect(code).toBe(0);
      if (!out.includes('To do one of them')) continue;
      expect(out).toMatch(/SCH-[A-Z-]+/);
      expect((await fieldfare(['accept', file])).out).toBe('The visit is assigned.\n');
      expect((await weekJson('-r', 'west')).visits.find((visit) => visit.id === id)?.staffId).not.toBeNull();
      return;
    }
    expect.unreachable('no visit was left that a change would place');
  });

  it('a viewer looks and changes nothing', async () => {
    expect((await signIn('vera')).code).toBe(0);
    expect((await fieldfare(['week', 'show', '-r', 'west'])).code).toBe(0);
    const refused = await fieldfare(['suggest', '-r', 'west']);
    expect([refused.code, refused.err]).toEqual([1, 'Your role does not allow this. [PERM-ACTION]\n']);
    expect((await fieldfare(['logout'])).code).toBe(0);
    expect((await fieldfare(['week', 'show'])).code).toBe(3);
    expect((await signIn('amelie')).code).toBe(0);
  });
});
