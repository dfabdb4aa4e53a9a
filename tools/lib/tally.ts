/**
 * A vitest reporter: what a run counted and everything that made it fail, as one JSON file named by `TALLY_FILE`.
 * Errors outside any test (a rejected promise nobody awaited, a worker that went) fail a run too and count as one each.
 */
import { writeFileSync } from 'node:fs';
import type { Reporter, SerializedError, TestModule } from 'vitest/node';

export interface Failure {
  /** File and test, or what ran when it happened. */
  readonly where: string;
  readonly message: string;
}

export interface Tally {
  readonly passed: number;
  readonly skipped: number;
  readonly failures: readonly Failure[];
}

/** Without the test runner's own frames. */
const describe = (errors: readonly SerializedError[]): string =>
  errors
    .map((error) => error.stack ?? `${error.name}: ${error.message}`)
    .flatMap((stack) => stack.split('\n').filter((line) => !line.includes('/node_modules/vitest/')))
    .join('\n');

/** Pure: counts from what vitest hands over at the end of a run. */
export function tally(modules: readonly TestModule[], unhandled: readonly SerializedError[]): Tally {
  let passed = 0;
  let skipped = 0;
  const failures: Failure[] = [];
  for (const module of modules) {
    // A file or a suite's hooks can fail without any test of theirs failing.
    const owners = [module, ...module.children.allSuites()];
    for (const owner of owners) {
      const errors = owner.errors();
      if (errors.length > 0)
        failures.push({
          where: owner.type === 'suite' ? `${module.relativeModuleId} › ${owner.fullName}` : module.relativeModuleId,
          message: describe(errors),
        });
    }
    for (const test of module.children.allTests()) {
      const result = test.result();
      if (result.state === 'passed') passed += 1;
      else if (result.state === 'failed')
        failures.push({ where: `${module.relativeModuleId} › ${test.fullName}`, message: describe(result.errors) });
      else skipped += 1;
    }
  }
  for (const error of unhandled) failures.push({ where: 'outside any test', message: describe([error]) });
  return { passed, skipped, failures };
}

// biome-ignore lint/style/noDefaultExport: vitest loads a reporter by its default export.
export default class TallyReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly SerializedError[]): void {
    const file = process.env.TALLY_FILE;
    if (file === undefined) throw new Error('TALLY_FILE names where the tally goes');
    writeFileSync(file, JSON.stringify(tally(modules, unhandled)));
  }
}
