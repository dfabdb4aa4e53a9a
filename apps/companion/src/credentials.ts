/**
 * Sign-ins on this machine: `<config>/fieldfare/credentials.json`, mode 0600 in a folder of mode 0700. A refresh token
 * is worth one refresh, and using an old one ends the session: so reading, refreshing and writing happen under a
 * lock (`CLI-LOCK`), and scripts that run side by side share one session.
 */
import { chmod, mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Clock, problem } from '@fieldfare/kernel';
import { z } from 'zod';
import { refuse } from './exit.ts';

const entry = z.object({
  login: z.string(),
  name: z.string(),
  organisation: z.string(),
  deviceId: z.string(),
  /** Null: signed out; the device is remembered. */
  refreshToken: z.string().nullable(),
  accessToken: z.string().nullable(),
  /** Epoch milliseconds. */
  accessExpiresAt: z.number(),
});
export type Credential = z.infer<typeof entry>;

const file = z.object({
  version: z.literal(1),
  /** The server that commands talk to when none is named. */
  current: z.string().nullable(),
  servers: z.record(z.string(), entry),
});
export type CredentialFile = z.infer<typeof file>;

const EMPTY: CredentialFile = { version: 1, current: null, servers: {} };
const LOCK_WAIT_MS = 20_000;
const LOCK_STALE_MS = 60_000;

export interface CredentialStore {
  readonly path: string;
  read(): Promise<CredentialFile>;
  /** Alone on this machine: reads, lets `work` decide, and writes what it returns. */
  update<T>(work: (file: CredentialFile) => Promise<readonly [CredentialFile, T]>): Promise<T>;
}

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const errorCode = (error: unknown): unknown => (error as { code?: unknown } | null)?.code;

export function openCredentials(configHome: string, clock: Clock): CredentialStore {
  const folder = join(configHome, 'fieldfare');
  const path = join(folder, 'credentials.json');
  const lock = `${path}.lock`;

  async function read(): Promise<CredentialFile> {
    let text: string;
    try {
      text = await readFile(path, 'utf8');
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return EMPTY;
      throw error;
    }
    try {
      return file.parse(JSON.parse(text));
    } catch {
      throw refuse(
        problem('corrupt', `${path} cannot be read: remove it and sign in again`, { rule: 'CLI-CREDENTIALS' }),
      );
    }
  }

  async function write(next: CredentialFile): Promise<void> {
    const draft = `${path}.${process.pid}.new`;
    await writeFile(draft, `${JSON.stringify(next, null, 2)}\n`, { mode: 0o600 });
    await chmod(draft, 0o600);
    await rename(draft, path);
  }

  async function acquire(): Promise<void> {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const until = clock.now() + LOCK_WAIT_MS;
    for (;;) {
      try {
        await mkdir(lock);
        return;
      } catch (error) {
        if (errorCode(error) !== 'EEXIST') throw error;
      }
      const age = await stat(lock).then(
        ({ mtimeMs }) => clock.now() - mtimeMs,
        () => 0,
      );
      // Its holder was killed: nobody refreshes for a minute.
      if (age > LOCK_STALE_MS) await rm(lock, { recursive: true, force: true });
      else if (clock.now() > until) {
        throw refuse(problem('busy', 'another fieldfare command holds the credentials', { rule: 'CLI-LOCK' }));
      } else await sleep(40);
    }
  }

  return {
    path,
    read,
    async update(work) {
      await acquire();
      try {
        const [next, result] = await work(await read());
        await write(next);
        return result;
      } finally {
        await rm(lock, { recursive: true, force: true });
      }
    },
  };
}
