/**
 * `pnpm test`: checks, unit tests, tests in a real Chromium, end-to-end journeys. Closes with one line,
 * `N passed, N failed`, for people and machines. `pnpm test --project node path` runs a part, as vitest does.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureChromium } from './lib/chromium.ts';
import { binary, run } from './lib/run.ts';
import { buildWeb } from './lib/web.ts';

interface Report {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numFailedTestSuites: number;
  readonly testResults: readonly { readonly status: string; readonly assertionResults: readonly unknown[] }[];
}

const selection = process.argv.slice(2);
const env = { CHROMIUM_PATH: await ensureChromium() };
const part = selection.length > 0;

let passed = 0;
let failed = 0;
let skipped = 0;

if (!part) {
  const check = await run(binary('node'), ['tools/check.ts']);
  if (check.code === 0) passed += 1;
  else failed += 1;
}

await buildWeb();

const directory = mkdtempSync(join(tmpdir(), 'fieldfare-test-'));
// One project at a time: timing-sensitive journeys should not share two cores with the property tests.
const runs = part
  ? [selection]
  : [
      ['--project', 'node'],
      ['--project', 'browser'],
      ['--project', 'e2e'],
    ];
for (const [index, args] of runs.entries()) {
  const reportFile = join(directory, `${index}.json`);
  const { code } = await run(
    binary('vitest'),
    ['run', ...args, '--reporter=default', '--reporter=json', `--outputFile.json=${reportFile}`],
    { env },
  );
  try {
    const report = JSON.parse(readFileSync(reportFile, 'utf8')) as Report;
    passed += report.numPassedTests;
    failed += report.numFailedTests;
    skipped += report.numPendingTests;
    // A file that fails before its first test counts as one failure.
    failed += report.testResults.filter(
      (file) => file.status === 'failed' && file.assertionResults.length === 0,
    ).length;
    if (code !== 0 && report.numFailedTests === 0 && failed === 0) failed += 1;
  } catch {
    failed += 1;
  }
}
rmSync(directory, { recursive: true, force: true });

console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
process.exitCode = failed > 0 ? 1 : 0;
