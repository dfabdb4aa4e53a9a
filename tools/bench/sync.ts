/**
 * `pnpm bench sync`: our server beside the stock y-websocket one and Hocuspocus, in one run, with the same clients and the
 * same updates; many connections; and what a document costs. Ours stores before it answers; the stock server stores nothing,
 * Hocuspocus later. Stock clients send each update as it is made; ours hold back what is made while an ack is awaited, and
 * send that as one, so our server is fed both ways. An update counts from when it is made, held back or not, until the last of
 * the others has it.
 */
import { buildDemoAgency } from '@fieldfare/demo';
import { passwordOf } from '@fieldfare/desktop/test/harness';
import { dateAt, systemClock } from '@fieldfare/kernel';
import { type Metric, metric } from '../lib/metrics.ts';
import { type ServerProcess, startHocuspocus, startOurs, startStock } from './sync/child.ts';
import {
  type Client,
  dialHocuspocus,
  dialOurs,
  dialStock,
  type Hearing,
  type Manner,
  type Prepared,
} from './sync/clients.ts';
import { coldStart, shardsToFollow, slowLink } from './sync/cold-start.ts';
import { alternating, bytesPerRow, loadTime, receiveCost } from './sync/documents.ts';
import { type Crowd, createWatch, drive, hearingOf, type Outcome } from './sync/traffic.ts';
import { prepare, shardOf } from './sync/workload.ts';

const CLIENTS = 100;
const SHARDS = 20;
/** Long enough for every server's code to be compiled: after 2,000 updates at 500/s each still cost ours six times as much. */
const WARM_UP = { rate: 2_000, seconds: 6 };
const RATES = [500, 1_000, 2_000, 4_000, 6_000, 8_000, 12_000, 16_000, 24_000, 32_000] as const;
const SECONDS = 3;
const MANY = { clients: 1_000, shards: 200, rate: 2_000, warmUpSeconds: 6, seconds: 6 };
const IDLE = 10_000;
/** Until what only signing in needs is given back. */
const IDLE_MS = 20_000;
const DIALS_AT_ONCE = 100;
const WRITES = 100_000;
const COLD_ROUNDS = 3;
const LINKS = [
  { name: 'this machine', ms: 0, bytesPerMs: Number.POSITIVE_INFINITY },
  { name: '20 Mbit/s 15 ms away', ms: 15, bytesPerMs: 2_500 },
  { name: '2 Mbit/s 40 ms away', ms: 40, bytesPerMs: 250 },
];

interface Account {
  readonly token: string;
  readonly tenantId: string;
  readonly userId: string;
  readonly regionId: string;
}

async function signIn(server: ServerProcess): Promise<Account> {
  const login = 'amelie';
  const answer = await fetch(`${server.url}/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ login, password: passwordOf(login), deviceId: null, deviceName: 'bench' }),
  });
  const { accessToken, principal } = (await answer.json()) as {
    accessToken: string;
    principal: { tenantId: string; userId: string };
  };
  const demo = buildDemoAgency({ size: 'small', today: dateAt(systemClock.now(), 'America/Toronto') });
  return { token: accessToken, ...principal, regionId: demo.rows.regions[0]?.id ?? '' };
}

type Dial = (client: number, hearing: Hearing) => Promise<Client>;

async function gather(count: number, dial: Dial): Promise<Crowd & { readonly close: () => void }> {
  const watch = createWatch();
  const hearing = hearingOf(watch);
  const clients: Client[] = [];
  while (clients.length < count) {
    const from = clients.length;
    const next = Array.from({ length: Math.min(DIALS_AT_ONCE, count - from) }, (_, n) => dial(from + n, hearing));
    clients.push(...(await Promise.all(next)));
  }
  const close = (): void => {
    for (const client of clients) client.close();
  };
  return { clients, queues: [], sent: clients.map(() => 0), watch, close };
}

/** Rates in rising order until two in a row are not sustained: one may be the machine's doing. */
async function climb(crowd: Crowd, server: ServerProcess, acks: boolean): Promise<readonly Outcome[]> {
  const others = CLIENTS / SHARDS - 1;
  await drive(crowd, { ...WARM_UP, others, acks, server });
  const outcomes: Outcome[] = [];
  for (const rate of RATES) {
    const outcome = await drive(crowd, { rate, seconds: SECONDS, others, acks, server });
    outcomes.push(outcome);
    if (outcomes.slice(-2).filter(({ sustained }) => !sustained).length === 2) break;
  }
  return outcomes;
}

const sustained = (outcomes: readonly Outcome[]): number =>
  Math.max(0, ...outcomes.filter((outcome) => outcome.sustained).map(({ rate }) => rate));

const cheapest = (outcomes: readonly Outcome[]): number => Math.min(...outcomes.map(({ cost }) => cost));

const figure = (value: number | null | undefined): string =>
  value === null || value === undefined ? '' : Number.isFinite(value) ? `${Math.round(value)} ms` : 'none came';

interface SideBySide {
  readonly ours: readonly Outcome[];
  readonly single: readonly Outcome[];
  readonly stock: readonly Outcome[];
  readonly hocuspocus: readonly Outcome[];
}

function printSideBySide({ ours, single, stock, hocuspocus }: SideBySide): void {
  const sides = [ours, single, stock, hocuspocus];
  const columns = ['ours, durable', 'ours, one by one', 'stock, in memory', 'Hocuspocus, stored later'];
  const print = (what: string, cell: (outcome: Outcome) => string): void => {
    const rows = [['updates/s', ...columns]];
    for (const rate of RATES) {
      const all = sides.map((outcomes) => outcomes.find((outcome) => outcome.rate === rate));
      if (all.every((outcome) => outcome === undefined)) continue;
      rows.push([String(rate), ...all.map((outcome) => (outcome === undefined ? '' : cell(outcome)))]);
    }
    printRows(what, rows);
  };
  console.log(`${CLIENTS} clients in ${SHARDS} shards\n`);
  print('p99 from sending to the last of the others having it', ({ fanOut }) => figure(fanOut));
  print('p99 from sending to the durable ack', ({ ack }) => figure(ack));
  print('server’s processor time an update, ms', ({ cost }) => cost.toFixed(3));
}

function printRows(what: string, rows: readonly (readonly string[])[]): void {
  console.log(`${what}\n`);
  for (const row of rows)
    console.log(
      row
        .map((text) => text.padEnd(18))
        .join('')
        .trimEnd(),
    );
  console.log();
}

/** Our server's turn. The demo agency is the same in every fresh server, so the same updates fit them all. */
async function climbOurs(manner: Manner, queues: Crowd['queues'], userId: string): Promise<readonly Outcome[]> {
  const server = await startOurs();
  const account = await signIn(server);
  if (account.userId !== userId) throw new Error('another agency than the updates were made for');
  const dial: Dial = (n, hearing) =>
    dialOurs(server.url, account.token, shardOf(account.regionId, n % SHARDS), hearing, manner);
  const crowd = await gather(CLIENTS, dial);
  const outcomes = await climb({ ...crowd, queues }, server, true);
  crowd.close();
  await server.stop();
  return outcomes;
}

async function fanOut(): Promise<readonly Metric[]> {
  const first = await startOurs();
  const account = await signIn(first);
  await first.stop();
  const total = WARM_UP.rate * WARM_UP.seconds + RATES.reduce((sum, rate) => sum + rate * SECONDS, 0);
  const queues: (readonly Prepared[])[] = [];
  for (let n = 0; n < CLIENTS; n += 1) {
    queues.push(await prepare(account, n % SHARDS, n, Math.ceil(total / CLIENTS) + RATES.length + 1));
  }
  const peer = async (start: () => Promise<ServerProcess>, dial: typeof dialStock): Promise<readonly Outcome[]> => {
    const theirs = await start();
    const crowd = await gather(CLIENTS, (n, hearing) => dial(theirs.url, `shard-${n % SHARDS}`, hearing));
    const outcomes = await climb({ ...crowd, queues }, theirs, false);
    crowd.close();
    await theirs.stop();
    return outcomes;
  };
  const stock = await peer(startStock, dialStock);
  const hocuspocus = await peer(startHocuspocus, dialHocuspocus);

  const single = await climbOurs('one by one', queues, account.userId);
  const ours = await climbOurs('together', queues, account.userId);
  printSideBySide({ ours, single, stock, hocuspocus });
  const [slow] = ours;
  const ratio = sustained(ours) / Math.max(1, sustained(stock));
  return [
    metric('fan-out 100 clients in 20 shards, sustained: ours, durable', sustained(ours), 'updates/s'),
    metric('the same: ours, every update sent by itself', sustained(single), 'updates/s'),
    metric('the same: stock y-websocket server, in memory', sustained(stock), 'updates/s'),
    metric('the same: Hocuspocus, stored seconds later', sustained(hocuspocus), 'updates/s'),
    metric('ours against stock', ratio, '×', '>=2'),
    metric('500 updates/s, fan-out p99: ours', slow?.fanOut ?? Number.POSITIVE_INFINITY, 'ms', '<50'),
    metric('500 updates/s, durable ack p99: ours', slow?.ack ?? Number.POSITIVE_INFINITY, 'ms'),
    metric('server’s processor time an update, most favourable rate: ours', cheapest(ours), 'ms'),
    metric('the same: ours, every update sent by itself', cheapest(single), 'ms'),
    metric('the same: stock', cheapest(stock), 'ms'),
    metric('the same: Hocuspocus', cheapest(hocuspocus), 'ms'),
    metric('500 updates/s, fan-out p99: stock', stock[0]?.fanOut ?? Number.POSITIVE_INFINITY, 'ms'),
    metric('500 updates/s, fan-out p99: Hocuspocus', hocuspocus[0]?.fanOut ?? Number.POSITIVE_INFINITY, 'ms'),
  ];
}

async function manyConnections(): Promise<readonly Metric[]> {
  const server = await startOurs();
  const account = await signIn(server);
  const each = Math.ceil((MANY.rate * (MANY.warmUpSeconds + MANY.seconds)) / MANY.clients) + 2;
  const queues: (readonly Prepared[])[] = [];
  for (let n = 0; n < MANY.clients; n += 1) queues.push(await prepare(account, n % MANY.shards, n, each));
  const dial: Dial = (n, hearing) =>
    dialOurs(server.url, account.token, shardOf(account.regionId, n % MANY.shards), hearing, 'together');
  const crowd = await gather(MANY.clients, dial);
  const others = MANY.clients / MANY.shards - 1;
  await drive({ ...crowd, queues }, { rate: MANY.rate, seconds: MANY.warmUpSeconds, others, acks: true, server });
  const outcome = await drive({ ...crowd, queues }, { ...MANY, others, acks: true, server });
  const resident = await server.resident();
  crowd.close();
  await server.stop();
  return [
    metric(
      '1,000 connections, 2,000 updates/s: durable ack p99',
      outcome.ack ?? Number.POSITIVE_INFINITY,
      'ms',
      '<250',
    ),
    metric('the same: fan-out p99', outcome.fanOut, 'ms'),
    metric('the same: server resident', resident, 'MB', '<512'),
  ];
}

async function idleConnections(): Promise<readonly Metric[]> {
  const server = await startOurs();
  const account = await signIn(server);
  const before = await server.resident();
  const crowd = await gather(IDLE, (_, hearing) => dialOurs(server.url, account.token, null, hearing, 'together'));
  await new Promise((resolve) => setTimeout(resolve, IDLE_MS));
  const resident = await server.resident();
  crowd.close();
  await server.stop();
  return [
    metric('10,000 idle connections: server resident', resident, 'MB', '<250'),
    metric('the same, each', ((resident - before) * 1000) / IDLE, 'kB'),
  ];
}

/** Fastest of some, by turns, so that a busy moment strikes both alike. */
async function coldStarts(): Promise<readonly Metric[]> {
  const server = await startOurs();
  const account = await signIn(server);
  const shards = shardsToFollow();
  const metrics: Metric[] = [];
  for (const { name, ms, bytesPerMs } of LINKS) {
    const link = await slowLink(server.url, ms, bytesPerMs);
    const best = { socket: Number.POSITIVE_INFINITY, snapshots: Number.POSITIVE_INFINITY };
    const bytes = { socket: 0, snapshots: 0 };
    for (let round = 0; round < COLD_ROUNDS; round += 1) {
      for (const way of ['socket', 'snapshots'] as const) {
        const before = link.received();
        best[way] = Math.min(best[way], await coldStart(link.url, account, shards, way === 'snapshots'));
        bytes[way] = link.received() - before;
      }
    }
    await link.close();
    for (const way of ['socket', 'snapshots'] as const) {
      metrics.push(metric(`cold start of ${shards.length} shards, ${name}, ${way}`, best[way], 'ms'));
      metrics.push(metric('the same: received', bytes[way] / 1000, 'kB'));
    }
  }
  await server.stop();
  return metrics;
}

async function documents(): Promise<readonly Metric[]> {
  return [
    metric('shard of 2,000 rows loaded from the journal', await loadTime(2_000), 'ms', '<100'),
    metric('shard of 10,000 rows', await loadTime(10_000), 'ms', '<300'),
    metric('document bytes a row after 10 edits a row', await bytesPerRow(2_000, 10), 'B', '<=2048'),
    metric('an update received beside 2,000 rows: judged and applied', await receiveCost(), 'ms', '<0.2'),
    metric('100,000 alternate writes of one field by two clients', (await alternating(WRITES)) / 1000, 'kB', '<10'),
  ];
}

const PARTS: Readonly<Record<string, () => Promise<readonly Metric[]>>> = {
  'fan-out': fanOut,
  many: manyConnections,
  idle: idleConnections,
  cold: coldStarts,
  documents,
};

/** Parts named in `wanted`, or all. */
export async function benchSync(wanted: readonly string[]): Promise<readonly Metric[]> {
  const metrics: Metric[] = [];
  for (const [name, run] of Object.entries(PARTS)) {
    if (wanted.length === 0 || wanted.includes(name)) metrics.push(...(await run()));
  }
  return metrics;
}
