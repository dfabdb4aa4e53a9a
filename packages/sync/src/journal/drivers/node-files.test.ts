import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { unwrap } from '@fieldfare/kernel';
import { describeFileStore, type FileStorePlace } from '@fieldfare/testkit';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { contents, open } from '../journal-fixture.ts';
import { describeFileJournal } from '../journal-suite.ts';
import { openNodeFiles } from './node-files.ts';

async function temporaryDirectory(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'fieldfare-files-'));
}

const createPlace = async (): Promise<FileStorePlace> => {
  const base = await temporaryDirectory();
  const dir = join(base, 'data', 'tenant');
  return {
    open: () => openNodeFiles(dir),
    cleanUp: () => rm(base, { recursive: true }),
  };
};

describeFileStore('node', createPlace);
describeFileJournal('node', createPlace);

describe('node files', () => {
  let dir: string;
  beforeEach(async () => {
    dir = await temporaryDirectory();
  });
  afterEach(async () => {
    await rm(dir, { recursive: true });
  });

  /** A process that opens the directory, says how that went, and lives until it is killed. */
  async function openInProcess(): Promise<{ said: string; kill: () => Promise<void> }> {
    const module = new URL('./node-files.ts', import.meta.url).href;
    const script = `
      const { openNodeFiles } = await import(${JSON.stringify(module)});
      const opened = await openNodeFiles(${JSON.stringify(dir)});
      process.stdout.write(opened.ok ? 'held' : opened.problems[0].code);
      setInterval(() => {}, 1000);`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [said] = (await once(child.stdout, 'data')) as [Buffer];
    return {
      said: said.toString(),
      async kill() {
        const gone = once(child, 'exit');
        child.kill('SIGKILL');
        await gone;
      },
    };
  }

  test('JRN-LOCK another process is refused, with a sentence for a person', async () => {
    const other = await openInProcess();
    expect(other.said).toBe('held');
    const mine = await openNodeFiles(dir);
    expect(mine.ok).toBe(false);
    if (!mine.ok) expect(mine.problems[0].message).toContain('already open in another window or program');
    await other.kill();
    // and its death frees the directory, though it could not release the lock
    const files = unwrap(await openNodeFiles(dir));
    const late = await openInProcess();
    await late.kill();
    expect(late.said).toBe('busy');
    await files.close();
    expect(await readdir(dir)).toEqual([]);
  });

  test('JRN-ACK a process killed at any moment leaves all it acknowledged, and whole batches only', async () => {
    const url = (path: string): string => JSON.stringify(new URL(path, import.meta.url).href);
    const script = `
      const { openNodeFiles } = await import(${url('./node-files.ts')});
      const { open, record } = await import(${url('../journal-fixture.ts')});
      const files = await openNodeFiles(${JSON.stringify(dir)});
      const journal = await open(files.value, { segmentBytes: 20000 });
      const write = async (lane) => {
        for (let i = 0; ; i++) {
          const label = process.argv[1] + '-' + lane + '-' + i;
          const done = await journal.append([record('org', label), record('org', label + "'")]);
          if (done.ok) process.stdout.write(label + '\\n');
        }
      };
      for (const lane of [1, 2, 3]) void write(lane);`;
    const acked: string[] = [];
    for (let round = 0; round < 4; round++) {
      const child = spawn(process.execPath, ['--input-type=module', '-e', script, `${round}`], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      let said = '';
      child.stdout.on('data', (data: Buffer) => {
        said += data.toString();
        if (said.length > 2000 + 500 * round) child.kill('SIGKILL');
      });
      await once(child, 'close');
      acked.push(...said.split('\n').slice(0, -1));
      const journal = await open(unwrap(await openNodeFiles(dir)));
      const found = (await contents(journal)).org ?? [];
      const places = new Map(found.map((label, at) => [label, at]));
      for (const label of acked) {
        const at = places.get(label) ?? -1;
        expect(at, label).toBeGreaterThanOrEqual(0);
        expect(found[at + 1]).toBe(`${label}'`);
      }
      expect(found.length % 2).toBe(0);
      await journal.close();
    }
    expect(acked.length).toBeGreaterThan(400);
  });

  test('JRN-LOCK of many who find a dead holder, one gets the directory', async () => {
    for (let round = 0; round < 10; round++) {
      const dead = { host: hostname(), pid: 2 ** 22 + 1, started: 'gone', nonce: `${round}`.padStart(16, '0') };
      await writeFile(join(dir, 'lock'), JSON.stringify(dead));
      const opened = await Promise.all(Array.from({ length: 8 }, () => openNodeFiles(dir)));
      const winners = opened.filter((result) => result.ok);
      expect(winners).toHaveLength(1);
      for (const winner of winners) await unwrap(winner).close();
      expect(await readdir(dir)).toEqual([]);
    }
  });

  test('JRN-LOCK a process id that was given to another process since is no holder', async () => {
    const reused = { host: hostname(), pid: process.pid, started: 'another boot 1', nonce: 'a'.repeat(16) };
    await writeFile(join(dir, 'lock'), JSON.stringify(reused));
    if (process.platform === 'linux') await unwrap(await openNodeFiles(dir)).close();
  });

  test('JRN-LOCK a holder on another machine cannot be judged and is respected', async () => {
    const far = { host: 'elsewhere.example', pid: 1, started: '', nonce: 'b'.repeat(16) };
    await writeFile(join(dir, 'lock'), JSON.stringify(far));
    const opened = await openNodeFiles(dir);
    expect(opened.ok).toBe(false);
    if (!opened.ok) expect(opened.problems[0].message).toContain('another machine');
  });

  test('JRN-LOCK an unreadable lock file does not lock anybody out', async () => {
    await writeFile(join(dir, 'lock'), '\0\0\0');
    const files = unwrap(await openNodeFiles(dir));
    expect((await openNodeFiles(dir)).ok).toBe(false);
    await files.close();
  });

  test('FIL-PRIVATE directory and files are for their owner only', async () => {
    const files = unwrap(await openNodeFiles(join(dir, 'inner')));
    await (await files.open('a')).close();
    await files.replace('b', Uint8Array.of(1));
    expect((await stat(join(dir, 'inner'))).mode & 0o777).toBe(0o700);
    for (const name of ['a', 'b', 'lock'])
      expect((await stat(join(dir, 'inner', name))).mode & 0o777, name).toBe(0o600);
    await files.close();
  });

  test('FIL-REPLACE what an interrupted replacement left is swept', async () => {
    await writeFile(join(dir, '.tmp-0123'), 'half');
    const files = unwrap(await openNodeFiles(dir));
    expect(await files.list()).toEqual([]);
    await files.close();
    expect(await readdir(dir)).toEqual([]);
  });

  test('JRN-IO a directory that cannot be made is a problem, not an exception', async () => {
    await writeFile(join(dir, 'file'), '');
    const opened = await openNodeFiles(join(dir, 'file', 'below'));
    expect(opened.ok).toBe(false);
    if (!opened.ok) expect(opened.problems[0]).toMatchObject({ code: 'storage-failed', rule: 'JRN-IO' });
  });
});
