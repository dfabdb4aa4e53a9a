/** `pnpm soak <name>`: long campaigns whose small dose runs in the tests. */
import { ensureChromium } from './lib/chromium.ts';

type Soak = (args: readonly string[]) => Promise<boolean>;

interface Entry {
  readonly browser: boolean;
  readonly load: () => Promise<Soak>;
}

const SOAKS: Readonly<Record<string, Entry>> = {
  kill: { browser: true, load: async () => (await import('./soak/kill.ts')).soakKill },
  bundles: { browser: false, load: async () => (await import('./soak/bundles.ts')).soakBundles },
  failover: { browser: false, load: async () => (await import('./soak/failover.ts')).soakFailover },
  guard: { browser: false, load: async () => (await import('./soak/guard.ts')).soakGuard },
  weeks: { browser: false, load: async () => (await import('./soak/weeks.ts')).soakWeeks },
  simulate: { browser: false, load: async () => (await import('./soak/simulate.ts')).soakSimulate },
};

const [name = '', ...args] = process.argv.slice(2);
const entry = SOAKS[name];
if (!entry) {
  console.error(
    `usage: pnpm soak <${Object.keys(SOAKS).join('|')}> [--rounds N] [--processes N] [--seeds N] [--seed N] [--from N]`,
  );
  process.exit(2);
}
if (entry.browser) process.env.CHROMIUM_PATH = await ensureChromium();
const soak = await entry.load();
process.exitCode = (await soak(args)) ? 0 : 1;
