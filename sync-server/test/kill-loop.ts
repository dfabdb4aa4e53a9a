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
  type Agency,
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
  /** What is killed: one server that is started again, when absent. */
  readonly place?: KillPlace;
  /** Called after each round with a line for people. */
  readonly report?: (line: string) => void;
}

/** Servers that lose the one that serves an agency. */
export interface KillPlace {
  readonly agency: Agency;
  /** A server that lives. */
  url(): string;
  /** Ends the process that serves the agency with SIGKILL. */
  kill(): Promise<void>;
  /** Resolves, once somebody can be asked again, with how long it took a process to start, ms. */
  comeBack(): Promise<number>;
  close(): Promise<void>;
}

export interface KillLoopResult {
  readonly rounds: number;
  /** Edits whose acknowledgement reached their writer. */
  readonly acknowledged: number;
  /** Acknowledged edits that were not there after a restart. Must be empty; the first round that finds any is the last. */
  readonly lost: readonly string[];
  /** From starting a killed server again to its answering, round by round. */
  readonly restartsMs: readonly number[];
  /** From starting a killed server again to its having served its first shard whole, a newcomer's sign-in left out, round by round. */
  readonly servedMs: readonly number[];
  /** From a kill until a newcomer, who signs in first, had everything, round by round. */
  readonly returnsMs: readonly number[];
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

/** Ends it at once, and waits until it is gone. */
export async function killServer({ child }: ServerProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
}

async function oneServer(sabotage: KillLoopOptions['sabotage']): Promise<KillPlace> {
  const dir = temporaryDir();
  const agency = await seedOffline(dir.path);
  let server = await spawnServer(dir.path);
  return {
    agency,
    url: () => server.url,
    kill: () => killServer(server),
    async comeBack() {
      sabotage?.(dir.path);
      server = await spawnServer(dir.path);
      return server.startedInMs;
    },
    async close() {
      await killServer(server);
      dir.remove();
    },
  };
}

export async function killLoop(options: KillLoopOptions): Promise<KillLoopResult> {
  const { rounds, seed, sabotage, report, place = await oneServer(sabotage) } = options;
  const random = seededRandom(seed);
  const { agency, url } = place;
  const shard = weekShard(agency.north);
  const writers: Writer[] = [];
  const lost: string[] = [];
  const restartsMs: number[] = [];
  const servedMs: number[] = [];
  const returnsMs: number[] = [];
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

  async function check(round: number, killedAt: number): Promise<void> {
    const upAt = performance.now();
    const reader = await openClient(url, 'ben', [shard]);
    await untilState(reader, 'live');
    servedMs.push((restartsMs.at(-1) ?? 0) + performance.now() - upAt - reader.signedInMs);
    returnsMs.push(performance.now() - killedAt);
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
    restartsMs,
    servedMs,
    returnsMs,
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
      await place.kill();
      const killedAt = performance.now();
      await until(
        () => writers.every(({ client }) => client.connection.status().state !== 'live'),
        'the links to drop',
      );
      running = false;
      await Promise.all(writing);
      for (const { client } of writers) client.connection.stop();
      restartsMs.push(await place.comeBack());
      await check(round, killedAt);
      if (lost.length > 0) break; // what a loss does to later rounds says nothing more
      for (const { client } of writers) client.connection.start();
      await Promise.all(writers.map(({ client }) => untilAcknowledged(client)));
      report?.(
        `round ${round}: ${writers.reduce((sum, { count }) => sum + count, 0)} edits so far, ${lost.length} lost, ` +
          `a newcomer had everything ${Math.round(returnsMs.at(-1) ?? 0)} ms after the kill`,
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
    await place.close();
  }
}
