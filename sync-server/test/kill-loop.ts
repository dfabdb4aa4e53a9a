/**
 * Kills a real server process with SIGKILL at random moments while two laptops write, restarts it, and asks a third
 * laptop that has never seen anything what is there (`SYN-ACK`): every edit whose acknowledgement reached its writer.
 * The writers stay away until that is checked, so that nothing they still hold can hide a loss.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { visits } from '@fieldfare/domain';
import { deterministicId, seededRandom, updateRow } from '@fieldfare/kernel';
import {
  addVisit,
  openClient,
  type SyncClient,
  seedOffline,
  temporaryDir,
  until,
  untilAcknowledged,
  untilState,
  value,
  visit,
  weekShard,
} from './support.ts';

const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url));
const ROWS_A_WRITER = 40;

export interface KillLoopOptions {
  readonly rounds: number;
  readonly seed: number;
  /** Harms the data directory between kill and restart: shows that the loop would see a loss. */
  readonly sabotage?: (dataDir: string) => void;
  /** Called after each round with a line for people. */
  readonly report?: (line: string) => void;
}

export interface KillLoopResult {
  readonly rounds: number;
  /** Edits whose acknowledgement reached their writer. */
  readonly acknowledged: number;
  /** Acknowledged edits that were not there after a restart. Must be empty; the first round that finds any is the last. */
  readonly lost: readonly string[];
  /** Longest time from starting a killed server again to its answering. */
  readonly slowestRestartMs: number;
  /** Whether both writers and a newcomer held equal rows in the end. */
  readonly converged: boolean;
}

export interface ServerProcess {
  readonly child: ChildProcess;
  readonly url: string;
  readonly startedInMs: number;
}

/** `under`: a command that runs the server as its child, with its arguments. */
export async function spawnServer(
  dataDir: string,
  flags: readonly string[] = [],
  under: readonly string[] = [],
): Promise<ServerProcess> {
  const started = performance.now();
  const server = [process.execPath, MAIN, '--port', '0', '--data', dataDir, '--log-level', 'error', ...flags];
  const [command = '', ...args] = [...under, ...server];
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout });
  const url = await new Promise<string>((resolve, reject) => {
    lines.on('line', (line) => {
      const match = /^Fieldfare server: (\S+)$/.exec(line);
      if (match?.[1]) resolve(match[1]);
    });
    child.once('exit', (code) => reject(new Error(`the server ended with ${code} before it listened`)));
  });
  return { child, url, startedInMs: performance.now() - started };
}

interface Writer {
  readonly client: SyncClient;
  /** Row → the highest number this writer wrote there and had acknowledged. */
  readonly acknowledged: Map<string, number>;
  count: number;
}

const numberIn = (client: SyncClient, shard: string, id: string): number =>
  Number(client.replica.row(shard, visits.name, id)?.fields.note ?? 0);

export async function killLoop({ rounds, seed, sabotage, report }: KillLoopOptions): Promise<KillLoopResult> {
  const random = seededRandom(seed);
  const dir = temporaryDir();
  const agency = await seedOffline(dir.path);
  const shard = weekShard(agency.north);

  let server = await spawnServer(dir.path);
  const url = (): string => server.url;
  const writers: Writer[] = [];
  const lost: string[] = [];
  let slowestRestartMs = 0;
  let running = false;

  async function writeUntilStopped(writer: Writer, name: number): Promise<void> {
    const { replica, connection, principal } = writer.client;
    while (running) {
      const batch = new Map<string, number>();
      for (let n = 1 + Math.floor(random.float() * 4); n > 0; n--) {
        writer.count += 1;
        batch.set(deterministicId('kill', name, Math.floor(random.float() * ROWS_A_WRITER)), writer.count);
      }
      const changes = [...batch].map(([id, number]) => {
        const row = visit(agency.north, { id, note: String(number) });
        return replica.row(shard, visits.name, id) ? updateRow(visits, row, { note: String(number) }) : addVisit(row);
      });
      value(await replica.commit(changes, principal.userId));
      while (running && replica.pending().count > 0) await new Promise((resolve) => setTimeout(resolve, 1));
      if (replica.pending().count === 0) for (const [id, number] of batch) writer.acknowledged.set(id, number);
      if (connection.status().state !== 'live') await new Promise((resolve) => setTimeout(resolve, 1));
    }
  }

  async function check(round: number): Promise<void> {
    const reader = await openClient(url, 'ben', [shard]);
    await untilState(reader, 'live');
    for (const [name, writer] of writers.entries()) {
      for (const [id, number] of writer.acknowledged) {
        const found = numberIn(reader, shard, id);
        if (found < number) lost.push(`round ${round}, writer ${name}, row ${id}: ${found} instead of ${number}`);
      }
    }
    await reader.close();
  }

  const result = (converged: boolean): KillLoopResult => ({
    rounds,
    acknowledged: writers.reduce((sum, { count }) => sum + count, 0),
    lost,
    slowestRestartMs,
    converged,
  });

  try {
    for (const login of ['ada', 'ben']) {
      const client = await openClient(url, login, [shard]);
      await untilState(client, 'live');
      writers.push({ client, acknowledged: new Map(), count: 0 });
    }
    for (let round = 1; round <= rounds; round++) {
      running = true;
      const writing = writers.map((writer, name) => writeUntilStopped(writer, name));
      // At a random moment, though not before there is something to lose.
      await until(() => writers.every(({ acknowledged }) => acknowledged.size > 5), 'acknowledged edits');
      await new Promise((resolve) => setTimeout(resolve, 30 + random.float() * 500));
      server.child.kill('SIGKILL');
      await once(server.child, 'exit');
      await until(
        () => writers.every(({ client }) => client.connection.status().state !== 'live'),
        'the links to drop',
      );
      running = false;
      await Promise.all(writing);
      for (const { client } of writers) client.connection.stop();
      sabotage?.(dir.path);
      server = await spawnServer(dir.path);
      slowestRestartMs = Math.max(slowestRestartMs, server.startedInMs);
      await check(round);
      if (lost.length > 0) break; // what a loss does to later rounds says nothing more
      for (const { client } of writers) client.connection.start();
      await Promise.all(writers.map(({ client }) => untilAcknowledged(client)));
      report?.(
        `round ${round}: ${writers.reduce((sum, { count }) => sum + count, 0)} edits so far, ${lost.length} lost`,
      );
    }
    if (lost.length > 0) return result(false);
    const newcomer = await openClient(url, 'vera', [shard]);
    await untilState(newcomer, 'live');
    const rowsOf = ({ replica }: SyncClient): string =>
      JSON.stringify([...replica.rows(shard, visits.name)].map(({ id, fields }) => [id, fields.note]).sort());
    const all = [...writers.map(({ client }) => client), newcomer];
    await until(() => new Set(all.map(rowsOf)).size === 1, 'equal rows everywhere', 5000).catch(() => undefined);
    const converged = new Set(all.map(rowsOf)).size === 1;
    await newcomer.close();
    return result(converged);
  } finally {
    running = false;
    for (const { client } of writers) await client.close();
    if (server.child.exitCode === null && server.child.signalCode === null) {
      server.child.kill('SIGKILL');
      await once(server.child, 'exit').catch(() => undefined);
    }
    dir.remove();
  }
}
