/** What tests of the search share: weeks of every kind, the tray of a plan, and a run taken to its end. */
import fc from 'fast-check';
import type { Plan } from '../src/plan.ts';
import type { GenerateOptions } from './generate.ts';

export const weeks = fc.record({
  seed: fc.integer(),
  staff: fc.integer({ min: 2, max: 12 }),
  visits: fc.integer({ min: 10, max: 90 }),
  days: fc.integer({ min: 1, max: 4 }),
  mess: fc.constantFrom(0, 0, 0.1, 0.3),
  buckets: fc.boolean(),
  breaks: fc.constantFrom(0, 0, 0.7),
}) satisfies fc.Arbitrary<GenerateOptions>;

/** By visit, 1 for those without a place that the search may place. */
export const trayOf = (plan: Plan): Uint8Array =>
  Uint8Array.from(plan.staffOf, (staff, visit) => Number(staff < 0 && plan.compiled.visitFixed[visit] === 0));

export function finish<T>(steps: Iterator<unknown, T, undefined>): T {
  let step = steps.next();
  while (!step.done) step = steps.next();
  return step.value;
}
