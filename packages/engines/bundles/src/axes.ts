/**
 * Axes are templates as data: which services a scenario leans on, and for whom it makes sense. They move quantities
 * inside the range that need gives; they cannot reach an order.
 *
 *  AXS-SHAPE   it is not a set of axes at all
 *  AXS-TWICE   an axis, or a service within one, stands twice
 *  AXS-ORDER   an axis reaches for a service that only orders decide
 *  AXS-STEP    an amount is no whole multiple of the service's step
 *  AXS-LEVEL   a condition asks for a level the driver does not have
 */
import { fail, ok, type Problem, problem, type Result } from '@fieldfare/kernel';
import { z } from 'zod';
import { DRIVER_IDS, DRIVERS, type DriverId, type Levels } from './drivers.ts';
import { isOrdered, SERVICE_IDS, SERVICES } from './services.ts';
import { parseShape } from './shape.ts';

const service = z.enum(SERVICE_IDS);

/** Holds when the driver's level is known and at least this. */
const condition = z.strictObject({
  driver: z.enum(DRIVER_IDS as [DriverId, ...DriverId[]]),
  atLeast: z.int().min(0).max(28),
});
export type Condition = z.infer<typeof condition>;

const adjustment = z.strictObject({
  service,
  /** `times`, `plus`: on the default. `to-high`: the top of the range. `on`: at least so much, whatever the range. */
  by: z.enum(['times', 'plus', 'to-high', 'on']),
  value: z.number().min(0).max(40),
});
export type Adjustment = z.infer<typeof adjustment>;

const axis = z.strictObject({
  id: z.string().regex(/^[a-z][a-z-]{1,23}$/, 'a lower-case word'),
  name: z.string().min(1).max(60),
  about: z.string().max(200),
  /** All must hold, or the axis does not apply. */
  when: z.array(condition).max(12),
  /** The axis with the most of these holding is recommended. */
  prefer: z.array(condition).max(12),
  adjust: z.array(adjustment).max(30),
  /** Services done by phone or video on this axis where they can be. */
  remote: z.array(service).max(30),
});
export type Axis = z.infer<typeof axis>;

export const axesSchema = z.strictObject({
  version: z.string().regex(/^\d+\.\d+\.\d+$/, 'a version like 1.0.0'),
  axes: z.array(axis).min(1).max(12),
});
export type AxisSet = z.infer<typeof axesSchema>;

export function checkAxes(input: unknown): Result<AxisSet> {
  const parsed = parseShape(axesSchema, input, 'AXS-SHAPE');
  if (!parsed.ok) return parsed;
  const found: Problem[] = [];
  const ids = new Set<string>();
  for (const [index, { id, name, when, prefer, adjust }] of parsed.value.axes.entries()) {
    const path = ['axes', index];
    if (ids.has(id)) found.push(problem('invalid', `${name} stands twice`, { rule: 'AXS-TWICE', path }));
    ids.add(id);
    const services = new Set<string>();
    for (const [at, each] of adjust.entries()) {
      const here = [...path, 'adjust', at];
      if (services.has(each.service)) {
        found.push(problem('invalid', 'one adjustment a service', { rule: 'AXS-TWICE', path: here }));
      }
      services.add(each.service);
      const { label, step } = SERVICES[each.service];
      if ((each.by === 'plus' || each.by === 'on') && each.value % step !== 0) {
        found.push(problem('invalid', `${label} is given in steps of ${step}`, { rule: 'AXS-STEP', path: here }));
      }
      if (isOrdered(each.service)) {
        found.push(
          problem('invalid', 'what was ordered is not for an axis to change', { rule: 'AXS-ORDER', path: here }),
        );
      }
    }
    for (const [list, conditions] of Object.entries({ when, prefer })) {
      for (const [at, { driver, atLeast }] of conditions.entries()) {
        const { max, label } = DRIVERS[driver];
        if (atLeast <= max) continue;
        found.push(problem('invalid', `${label} goes up to ${max}`, { rule: 'AXS-LEVEL', path: [...path, list, at] }));
      }
    }
  }
  const [first, ...rest] = found;
  return first ? fail(first, ...rest) : ok(parsed.value);
}

export function holds({ driver, atLeast }: Condition, levels: Levels): boolean {
  const { level } = levels[driver];
  return level !== null && level >= atLeast;
}
