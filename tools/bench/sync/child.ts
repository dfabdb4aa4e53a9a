/** Servers of the bench live in processes of their own, so that their memory and their share of a core are their own. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface ServerProcess {
  readonly url: string;
  /** Resident memory now, MB. */
  resident(): Promise<number>;
  /** Processor time used so far, ms: unlike latency it says the same on a busy machine. */
  busy(): Promise<number>;
  stop(): Promise<void>;
}

/** The child's side. */
export function answerParent(url: string, stop: () => Promise<void>): void {
  process.on('message', async (message) => {
    if (message === 'resident') process.send?.({ resident: process.memoryUsage.rss() / 1e6 });
    if (message === 'busy') {
      const { user, system } = process.cpuUsage();
      process.send?.({ busy: (user + system) / 1000 });
    }
    if (message !== 'stop') return;
    await stop();
    process.exit(0);
  });
  process.send?.({ url });
}

/** As `pnpm server` runs it. */
const AS_SERVED = ['--max-semi-space-size=4'];

async function ask<T>(child: ChildProcess, message: string | null): Promise<T> {
  const answer = once(child, 'message');
  if (message !== null) child.send(message);
  const [value] = await answer;
  return value as T;
}

function start(which: string, args: readonly string[]): ChildProcess {
  const file = join(import.meta.dirname, `${which}.ts`);
  return fork(file, args, {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    execArgv: which === 'our-server' ? AS_SERVED : [],
  });
}

async function serve(which: string, args: readonly string[], after: () => void): Promise<ServerProcess> {
  const child = start(which, args);
  const { url } = await ask<{ url: string }>(child, null);
  return {
    url,
    busy: async () => (await ask<{ busy: number }>(child, 'busy')).busy,
    resident: async () => (await ask<{ resident: number }>(child, 'resident')).resident,
    async stop() {
      const gone = once(child, 'exit');
      child.send('stop');
      await gone;
      after();
    },
  };
}

/** The product's server over a fresh demo agency. */
export async function startOurs(): Promise<ServerProcess> {
  const dataDir = mkdtempSync(join(tmpdir(), 'ff-bench-'));
  await once(start('our-server', [dataDir, 'seed']), 'exit');
  return serve('our-server', [dataDir], () => rmSync(dataDir, { recursive: true, force: true }));
}

export const startStock = (): Promise<ServerProcess> => serve('stock-server', [], () => undefined);

export const startHocuspocus = (): Promise<ServerProcess> => serve('hocuspocus-server', [], () => undefined);
