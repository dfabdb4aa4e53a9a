/** `pnpm check`: types, lint and format, boundaries, unused code. Quick; no tests. */
import { binary, run } from './lib/run.ts';

/** Fewer means that the cruiser read nothing, which it reports as success. */
const LEAST_MODULES = 60;

async function types(): Promise<string | null> {
  const { code, output } = await run(binary('tsc'), ['-b'], { quiet: true });
  return code === 0 ? null : output;
}

async function lint(): Promise<string | null> {
  const { code, output } = await run(binary('biome'), ['check', '--error-on-warnings', '.'], { quiet: true });
  return code === 0 ? null : output;
}

async function boundaries(): Promise<string | null> {
  const { output } = await run(
    binary('depcruise'),
    ['--config', '.dependency-cruiser.cjs', '--output-type', 'json', 'packages', 'apps', 'sync-server', 'tools'],
    { quiet: true },
  );
  const start = output.indexOf('{');
  if (start < 0) return output;
  const { summary } = JSON.parse(output.slice(start)) as {
    summary: {
      totalCruised: number;
      violations: { rule: { name: string; severity: string }; from: string; to: string }[];
    };
  };
  if (summary.totalCruised < LEAST_MODULES)
    return `cruised ${summary.totalCruised} modules: the cruiser is not reading the sources`;
  console.log(`  ${summary.totalCruised} modules cruised`);
  const broken = summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} → ${to}`);
  return broken.length === 0 ? null : broken.join('\n');
}

async function unused(): Promise<string | null> {
  const { code, output } = await run(binary('knip'), ['--no-progress'], { quiet: true });
  return code === 0 ? null : output;
}

let failed = false;
for (const [name, check] of Object.entries({ types, lint, boundaries, unused })) {
  const started = performance.now();
  const problem = await check();
  console.log(`${problem === null ? 'ok  ' : 'FAIL'} ${name} (${((performance.now() - started) / 1000).toFixed(1)} s)`);
  if (problem !== null) {
    failed = true;
    console.log(problem);
  }
}
process.exitCode = failed ? 1 : 0;
