/**
 * Counters of this process in Prometheus text.
 *
 *  SRV-METRICS  counts, sizes and times only: the labels are our own rule ids, close codes and routes. No ids of people,
 *               tenants or shards, no names, no addresses
 */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { CLOSE, FIRST_EPOCH, type PeerEvent } from '@fieldfare/sync';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Tenants } from './tenants.ts';

/** Close codes that we or the standard give a meaning; a client may send any other. */
const KNOWN_CODES: ReadonlySet<number> = new Set([1000, 1001, 1005, 1006, 1008, 1009, 1011, ...Object.values(CLOSE)]);

export interface Metrics {
  readonly contentType: string;
  peerEvent(event: PeerEvent): void;
  /** A sender was told to wait. */
  paused(): void;
  /** An upgrade was turned down. */
  turnedAway(rule: string): void;
  answered(route: string, status: number, ms: number): void;
  /** Sockets open now, of callers who said who they are and of others. */
  watchSockets(count: () => { readonly known: number; readonly strangers: number }): void;
  text(): Promise<string>;
  close(): void;
}

export function createMetrics(tenants: Pick<Tenants, 'opened'>): Metrics {
  const registry = new Registry();
  const registers = [registry];
  const name = (rest: string): string => `fieldfare_${rest}`;

  const opened = new Counter({
    name: name('sync_welcomed_total'),
    help: 'Sockets that said who they are',
    registers,
  });
  const stored = new Counter({ name: name('sync_updates_total'), help: 'Updates stored and acknowledged', registers });
  const storedBytes = new Counter({
    name: name('sync_update_bytes_total'),
    help: 'Bytes of stored updates',
    registers,
  });
  const ackSeconds = new Histogram({
    name: name('sync_ack_seconds'),
    help: 'From an update’s arrival to its durable ack',
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
    registers,
  });
  const refused = new Counter({
    name: name('sync_refused_total'),
    help: 'Updates and shards that were refused, by rule',
    labelNames: ['rule'],
    registers,
  });
  const closed = new Counter({
    name: name('sync_closed_total'),
    help: 'Sockets that ended, by close code',
    labelNames: ['code'],
    registers,
  });
  const movedOn = new Counter({
    name: name('sync_moved_on_total'),
    help: 'Open shards whose document was begun anew under their reader',
    registers,
  });
  const paused = new Counter({
    name: name('sync_paused_total'),
    help: 'Senders that were read more slowly for a while',
    registers,
  });
  const turnedAway = new Counter({
    name: name('sync_turned_away_total'),
    help: 'Upgrades that were not granted, by rule',
    labelNames: ['rule'],
    registers,
  });
  const requests = new Histogram({
    name: name('http_seconds'),
    help: 'Answers over HTTP, by route and status',
    labelNames: ['route', 'status'],
    buckets: [0.005, 0.025, 0.1, 0.5, 2.5, 10],
    registers,
  });

  const gauge = (rest: string, help: string, read: () => number): Gauge =>
    new Gauge({
      name: name(rest),
      help,
      registers,
      collect() {
        this.set(read());
      },
    });
  const sum = (read: (tenant: ReturnType<Tenants['opened']>[number]) => number) => (): number =>
    tenants.opened().reduce((total, tenant) => total + read(tenant), 0);
  gauge('tenants_open', 'Organisations whose journal is open', () => tenants.opened().length);
  gauge(
    'shards_loaded',
    'Shards in memory',
    sum(({ replica }) => replica.loaded().length),
  );
  gauge(
    'journal_bytes',
    'Bytes of open journals',
    sum(({ replica }) => replica.stored().journal.bytes),
  );
  gauge(
    'journal_frames',
    'Frames of open journals',
    sum(({ replica }) => replica.stored().journal.frames),
  );
  gauge(
    'shards_begun_anew',
    'Shards of open journals whose document was begun anew',
    sum(({ replica }) => replica.stored().shards.filter(({ epoch }) => epoch !== FIRST_EPOCH).length),
  );
  gauge('memory_resident_bytes', 'Resident memory of the process', () => process.memoryUsage.rss());
  gauge('memory_heap_bytes', 'JavaScript heap in use', () => process.memoryUsage().heapUsed);
  const delay = monitorEventLoopDelay({ resolution: 20 });
  delay.enable();
  gauge('event_loop_delay_p99_seconds', 'Delay of the event loop since the last look, 99th percentile', () => {
    const seconds = delay.percentile(99) / 1e9;
    delay.reset();
    return seconds;
  });

  return {
    contentType: registry.contentType,
    peerEvent({ type, bytes = 0, ms = 0, rule, code }) {
      if (type === 'welcomed') opened.inc();
      else if (type === 'stored') {
        stored.inc();
        storedBytes.inc(bytes);
        ackSeconds.observe(ms / 1000);
      } else if (type === 'refused') refused.inc({ rule: rule ?? 'none' });
      else if (type === 'moved-on') movedOn.inc();
      else if (type === 'closed')
        closed.inc({ code: code !== undefined && KNOWN_CODES.has(code) ? String(code) : 'other' });
    },
    paused: () => paused.inc(),
    turnedAway: (rule) => turnedAway.inc({ rule }),
    answered: (route, status, ms) => requests.observe({ route, status: String(status) }, ms / 1000),
    watchSockets(count) {
      gauge('sockets_open', 'Sockets of callers who said who they are', () => count().known);
      gauge('sockets_strangers', 'Sockets of callers who have not', () => count().strangers);
    },
    text: () => registry.metrics(),
    close: () => delay.disable(),
  };
}
