/** `pnpm soak <name>`: long campaigns whose small dose runs in the tests. */
import { ensureChromium } from './lib/chromium.ts';

type Soak = (args: readonly string[]) => Promise<boolean>;

const SOAKS: Readonly<Record<string, () => Promise<Soak>>> = {
  kill: async () => (await import('./soak/kill.ts')).soakKill,
  bundles: async () => (await import('./soak/bundles.ts')).soakBundles,
};

const [name = '', ...args] = process.argv.slice(2);
const load = SOAKS[name];
if (!load) {
  console.error(`usage: pnpm soak <${Object.keys(SOAKS).join('|')}> [--rounds N] [--seed N]`);
  process.exit(2);
}
process.env.CHROMIUM_PATH = await ensureChromium();
const soak = await load();
process.exitCode = (await soak(args)) ? 0 : 1;
