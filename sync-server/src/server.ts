/**
 * Composes and runs one server over one data directory, or one of several over a database.
 *
 *  SRV-LOCK  a second server on the same directory is refused with `busy` and touches nothing
 *  SRV-STOP  `close` stops accepting, closes sockets with 1001, waits for what is being written and closes the journals
 */
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { DemoAccount, DemoSize } from '@fieldfare/demo';
import {
  type Clock,
  fail,
  ProblemError,
  problem,
  type Random,
  type Result,
  systemClock,
  systemRandom,
} from '@fieldfare/kernel';
import { createClusterAdmin } from './cluster/admin.ts';
import { createErrands } from './cluster/errands.ts';
import { openControl } from './control.ts';
import { openCore, type RowsIn } from './core.ts';
import { seedDemo } from './demo.ts';
import { createHttp } from './http/app.ts';
import { createOriginCheck } from './http/security.ts';
import { createLiveSessions } from './live-sessions.ts';
import { createLog, errorFields, type Log } from './log.ts';
import { createMetrics } from './metrics.ts';
import { SOCKET_LIMITS, type SocketLimits } from './socket-limits.ts';
import { openSockets } from './sockets.ts';
import { findTemplate } from './template.ts';

const REPOSITORY = fileURLToPath(new URL('../../', import.meta.url));
const DEFAULT_WEB_DIR = join(REPOSITORY, 'apps', 'desktop', 'dist', 'web');

export interface ServerOptions {
  /** 0: any free port. */
  readonly port: number;
  readonly dataDir: string;
  /** Of PostgreSQL, shared with other processes; `dataDir` then holds what is this process's own. */
  readonly database?: string;
  /** Where projections are, over a database; without one they are in memory. `database` when absent. */
  readonly rows?: RowsIn;
  /** Where clients and the other processes reach this one; its own address when absent. */
  readonly advertise?: string;
  /** Address to listen on; the loopback one when absent. */
  readonly host?: string;
  /** Folder of the built web app; null serves none. */
  readonly webDir?: string | null;
  /** Further origins that may call and connect, e.g. `https://plan.example.org`. */
  readonly origins?: readonly string[];
  /** Take the caller's address from X-Forwarded-For when the proxy is on this machine. */
  readonly trustProxy?: boolean;
  /** Fills the data directory with the demo agency. */
  readonly demo?: DemoSize | boolean;
  /** Root key in base64; FIELDFARE_DATA_KEY of the environment, else server.key, when absent. */
  readonly dataKey?: string;
  /** Where they differ from `SOCKET_LIMITS`. */
  readonly limits?: Partial<SocketLimits>;
  /** A shard that nobody uses leaves memory after this long, ms. */
  readonly shardIdleMs?: number;
  /** Opens `/metrics` to whoever shows it; FIELDFARE_METRICS_TOKEN of the environment when absent. */
  readonly metricsToken?: string;
  /** Warnings and errors to standard error when absent. */
  readonly log?: Log;
  readonly clock?: Clock;
  readonly random?: Random;
}

export interface RunningServer {
  readonly url: string;
  readonly port: number;
  /** Accounts of the demo agency, empty without `demo`. */
  readonly demoAccounts: readonly DemoAccount[];
  close(): Promise<void>;
}

/** Rejects with a `ProblemError` when the directory is busy, unreadable or under another key. */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const {
    clock = systemClock,
    random = systemRandom,
    log = createLog({ level: 'warn' }),
    host = '127.0.0.1',
  } = options;
  const webDir = options.webDir === undefined ? DEFAULT_WEB_DIR : options.webDir;
  const undo: (() => Promise<unknown>)[] = [];

  /** The value, or everything opened so far closed and the problem thrown. */
  async function need<T>(result: Result<T>): Promise<T> {
    if (result.ok) return result.value;
    for (const step of undo.reverse()) await step();
    throw new ProblemError(result.problems);
  }

  const templateFolders = [
    ...(webDir === null ? [] : [join(webDir, 'template')]),
    join(REPOSITORY, 'packages/store/template'),
  ];
  const core = await need(
    await openCore({
      dataDir: options.dataDir,
      database: options.database,
      rows: options.rows,
      clock,
      random,
      log,
      dataKey: options.dataKey ?? process.env.FIELDFARE_DATA_KEY,
      template: () => findTemplate(templateFolders),
      ...(options.shardIdleMs === undefined ? {} : { shardIdleMs: options.shardIdleMs }),
    }),
  );
  undo.push(() => core.close());
  await need(await core.openRows());
  if (options.demo && core.cluster) {
    const message = 'the demo has a data directory of its own, not a database';
    await need(fail(problem('invalid', message, { rule: 'SRV-DEMO' })));
  }
  const demoSize = options.demo === true ? 'small' : options.demo;
  const demoAccounts = demoSize ? await need(await seedDemo(core, demoSize, clock)) : [];

  let stopping = false;
  const metrics = createMetrics(core.tenants);
  undo.push(async () => metrics.close());
  const live = createLiveSessions();
  core.accounts.sessions.onEnded((sessionId) => live.end(sessionId));
  const origin = createOriginCheck(options.origins ?? []);
  const errands = createErrands(core.keyOf('cluster'), clock);
  const { directory } = core.accounts;
  const admin = core.cluster ? createClusterAdmin({ ...core, directory, errands, clock, random }) : core.admin;
  const http = createHttp({
    accounts: core.accounts,
    tenants: core.tenants,
    live,
    origin,
    clock,
    log,
    metrics,
    metricsToken: options.metricsToken ?? process.env.FIELDFARE_METRICS_TOKEN,
    cluster: core.cluster && { errands, admin: core.admin },
    webDir,
    trustProxy: options.trustProxy ?? false,
    unready() {
      if (stopping) return 'the server is stopping';
      return core.cluster?.membership.isAlive() === false ? 'the database does not answer' : null;
    },
  });
  const sockets = openSockets({
    server: http.server,
    accounts: core.accounts,
    tenants: core.tenants,
    live,
    origin,
    limits: { ...SOCKET_LIMITS, ...options.limits },
    clock,
    log,
    metrics,
  });
  undo.push(() => sockets.close());
  const control = await openControl(core.dir.control, admin, log).catch((error: unknown) => {
    log.warn('account commands need the server stopped: the control socket could not be opened', errorFields(error));
    return null;
  });
  if (control) undo.push(() => control.close());

  try {
    await http.listen({ port: options.port, host });
  } catch (error) {
    for (const step of undo.reverse()) await step();
    const inUse = (error as { code?: unknown }).code === 'EADDRINUSE';
    if (!inUse) throw error;
    throw new ProblemError([
      { code: 'busy', message: `port ${options.port} is taken by another program`, rule: 'SRV-PORT' },
    ]);
  }
  const { port } = http.server.address() as AddressInfo;
  log.info('listening', { port });
  const shown = host.includes(':') ? `[${host}]` : host === '0.0.0.0' ? '127.0.0.1' : host;
  const url = `http://${shown}:${port}`;
  await core.cluster?.membership.join(options.advertise?.replace(/\/+$/, '') ?? url);
  core.accounts.warmUp();

  let closing: Promise<void> | null = null;
  async function close(): Promise<void> {
    stopping = true;
    await control?.close();
    await core.cluster?.membership.leave();
    await sockets.close();
    await http.close();
    await core.close();
    metrics.close();
    log.info('stopped', { port });
  }
  return {
    url,
    port,
    demoAccounts,
    close() {
      closing ??= close();
      return closing;
    },
  };
}
