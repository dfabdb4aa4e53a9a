/**
 * The intensity matrix: which level of need asks for how much of which service. Versioned data that an administrator may
 * edit, so it is checked whole before any patient meets it.
 *
 *  MTX-SHAPE     it is not a matrix at all
 *  MTX-RANGE     a band names levels the driver does not have
 *  MTX-GAP       a level of the driver has no band
 *  MTX-OVERLAP   a level has two
 *  MTX-ORDER     low ≤ default ≤ high
 *  MTX-MONOTONE  more need never asks for less
 *  MTX-STEP      quantities are whole multiples of the service's step
 *  MTX-TWICE     one driver has two rows of one kind for a service
 *  MTX-ORDERS    every kind of order has its row, and only orders do
 */
import { fail, ok, type Problem, problem, type Result } from '@fieldfare/kernel';
import { z } from 'zod';
import { DRIVER_IDS, DRIVERS, type DriverId } from './drivers.ts';
import { ORDER_KINDS } from './profile.ts';
import { isOrdered, SERVICE_IDS, SERVICES } from './services.ts';
import { parseShape } from './shape.ts';

const driver = z.enum(DRIVER_IDS as [DriverId, ...DriverId[]]);
const quantity = z.number().min(0).max(168);

const band = z.strictObject({ from: z.int(), to: z.int(), low: quantity, default: quantity, high: quantity });
export type Band = z.infer<typeof band>;

/** Where a number comes from. `shape-anchored`: published proportions, our level. */
const evidence = z.strictObject({
  type: z.enum(['published', 'shape-anchored', 'consensus']),
  ref: z.string().max(300),
  note: z.string().max(500),
});

const matrixRow = z.strictObject({
  driver,
  service: z.enum(SERVICE_IDS),
  /** `floor`: the most of its kind counts. `add-on`: adds up, within the cap. `order`: a prescriber's, untouchable. */
  kind: z.enum(['floor', 'add-on', 'order']),
  /** Wanted in the first four weeks only: 0.25 a week is one visit in all. */
  oneOff: z.boolean(),
  bands: z.array(band).min(1).max(20),
  evidence,
});
export type MatrixRow = z.infer<typeof matrixRow>;

const startBand = z.strictObject({ from: z.int(), to: z.int(), hours: z.int().min(1).max(2000) });

export const matrixSchema = z.strictObject({
  version: z.string().regex(/^\d+\.\d+\.\d+$/, 'a version like 1.0.0'),
  calibration: z.enum(['uncalibrated', 'calibrated']),
  asOf: z.iso.date(),
  /** Most that add-ons may add to a service's floor, as a share of it. */
  addOnShare: z.number().min(0).max(1),
  /** Without a level for each of these nothing is recommended by itself. */
  required: z.array(driver).max(20),
  rows: z.array(matrixRow).min(1).max(200),
  /** First service within so many hours. */
  start: z.strictObject({ driver, bands: z.array(startBand).min(1).max(20), evidence }),
});
export type IntensityMatrix = z.infer<typeof matrixSchema>;

type Path = readonly (string | number)[];

/** Gaps, overlaps and levels outside the driver's range. */
function coverage(id: DriverId, bands: readonly { from: number; to: number }[], path: Path): Problem[] {
  const { min, max, label } = DRIVERS[id];
  const found: Problem[] = [];
  for (const [index, { from, to }] of bands.entries()) {
    if (from <= to && from >= min && to <= max) continue;
    found.push(
      problem('invalid', `${label} has levels ${min} to ${max}, this band says ${from} to ${to}`, {
        rule: 'MTX-RANGE',
        path: [...path, index],
      }),
    );
  }
  for (let level = min; level <= max; level += 1) {
    const covering = bands.flatMap(({ from, to }, index) => (from <= level && level <= to ? [index] : []));
    if (covering.length === 1) continue;
    const [, second = 0] = covering;
    found.push(
      covering.length === 0
        ? problem('invalid', `level ${level} of ${label} has no band`, { rule: 'MTX-GAP', path, params: { level } })
        : problem('invalid', `level ${level} of ${label} has ${covering.length} bands`, {
            rule: 'MTX-OVERLAP',
            path: [...path, second],
            params: { level },
          }),
    );
  }
  return found;
}

const COLUMNS = ['low', 'default', 'high'] as const;

function rowProblems(row: MatrixRow, path: Path): Problem[] {
  const found = coverage(row.driver, row.bands, [...path, 'bands']);
  const { step, label } = SERVICES[row.service];
  const ascending = [...row.bands.entries()].sort(([, a], [, b]) => a.from - b.from);
  for (const [at, [index, each]] of ascending.entries()) {
    const here = [...path, 'bands', index];
    if (!(each.low <= each.default && each.default <= each.high)) {
      found.push(problem('invalid', 'low ≤ default ≤ high does not hold', { rule: 'MTX-ORDER', path: here }));
    }
    for (const column of COLUMNS) {
      if (each[column] % step !== 0) {
        found.push(
          problem('invalid', `${label} is given in steps of ${step}`, { rule: 'MTX-STEP', path: [...here, column] }),
        );
      }
      const before = ascending[at - 1]?.[1][column];
      if (before !== undefined && each[column] < before) {
        found.push(
          problem('invalid', `${column} falls from ${before} to ${each[column]} while need grows`, {
            rule: 'MTX-MONOTONE',
            path: [...here, column],
          }),
        );
      }
    }
  }
  const ordered = row.kind === 'order';
  if (ordered !== row.driver.startsWith('order.') || ordered !== isOrdered(row.service)) {
    found.push(
      problem('invalid', 'orders ask for ordered services, and nothing else does', { rule: 'MTX-ORDERS', path }),
    );
  }
  return found;
}

/** Everything wrong with a matrix, with the place of each; or the matrix. */
export function checkMatrix(input: unknown): Result<IntensityMatrix> {
  const parsed = parseShape(matrixSchema, input, 'MTX-SHAPE');
  if (!parsed.ok) return parsed;
  const matrix = parsed.value;
  const found = matrix.rows.flatMap((row, index) => rowProblems(row, ['rows', index]));
  const seen = new Set<string>();
  for (const [index, { driver: id, service, kind }] of matrix.rows.entries()) {
    const key = `${id}/${service}/${kind}`;
    if (seen.has(key)) {
      found.push(
        problem('invalid', `${DRIVERS[id].label} has a second row for ${SERVICES[service].label}`, {
          rule: 'MTX-TWICE',
          path: ['rows', index],
        }),
      );
    }
    seen.add(key);
  }
  for (const kind of ORDER_KINDS) {
    if (matrix.rows.some((row) => row.driver === `order.${kind}` && row.kind === 'order')) continue;
    found.push(problem('invalid', `no row says how ${kind} orders are met`, { rule: 'MTX-ORDERS', path: ['rows'] }));
  }
  found.push(...coverage(matrix.start.driver, matrix.start.bands, ['start', 'bands']));
  const starts = [...matrix.start.bands.entries()].sort(([, a], [, b]) => a.from - b.from);
  for (const [at, [index, { hours }]] of starts.entries()) {
    const before = starts[at - 1]?.[1].hours;
    if (before !== undefined && hours > before) {
      found.push(
        problem('invalid', `the start moves from ${before} to ${hours} hours while urgency grows`, {
          rule: 'MTX-MONOTONE',
          path: ['start', 'bands', index, 'hours'],
        }),
      );
    }
  }
  const [first, ...rest] = found;
  return first ? fail(first, ...rest) : ok(matrix);
}
