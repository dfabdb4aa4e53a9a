/**
 * `pnpm test`: checks, unit tests, tests in a real Chromium, end-to-end journeys. Closes with one line,
 * `N passed, N failed`, for people and machines. `pnpm test --project node path` runs a part, as vitest does.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureChromium } from './lib/chromium.ts';
import { binary, root, run } from './lib/run.ts';
import type { Failure, Tally } from './lib/tally.ts';
import { buildWeb } from './lib/web.ts';

const selection = process.argv.slice(2);
const env = { CHROMIUM_PATH: await ensureChromium() };
const part = selection.length > 0;

let passed = 0;
let skipped = 0;
const failures: Failure[] = [];

if (!part) {
  const check = await run(binary('node'), ['tools/check.ts']);
  if (check.code === 0) passed += 1;
  else failures.push({ where: 'tools/check.ts', message: 'what it found is printed above' });
}

await buildWeb();

const reporter = join(root, 'tools/lib/tally.ts');
const directory = mkdtempSync(join(tmpdir(), 'fieldfare-test-'));
// One project at a time: timing-sensitive journeys should not share two cores with the property tests.
const runs = part
  ? [selection]
  : [
      // Left to itself the runner keeps one of two cores for its own, which needs little.
      ['--project', 'node', `--maxWorkers=${Math.max(2, availableParallelism() - 1)}`],
      ['--project', 'browser'],
      ['--project', 'e2e'],
    ];
for (const [index, args] of runs.entries()) {
  const file = join(directory, `${index}.json`);
  const { code } = await run(binary('vitest'), ['run', ...args, '--reporter=default', `--reporter=${reporter}`], {
    env: { ...env, TALLY_FILE: file },
  });
  const found = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Tally) : undefined;
  passed += found?.passed ?? 0;
  skipped += found?.skipped ?? 0;
  failures.push(...(found?.failures ?? []));
  if (code !== 0 && (found?.failures.length ?? 0) === 0) {
    failures.push({ where: `vitest ${args.join(' ')}`, message: `ended with code ${code}` });
  }
}
rmSync(directory, { recursive: true, force: true });

// Said again at the end, where a long log is read first.
for (const { where, message } of failures) console.log(`\nFAILED ${where}\n${message}`);
console.log(`${passed} passed, ${failures.length} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
process.exitCode = failures.length > 0 ? 1 : 0;
