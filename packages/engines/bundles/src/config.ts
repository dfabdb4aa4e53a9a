/** Matrix, axes and rates checked and laid out for quick reading. */
import { fail, ok, type Problem, type Result } from '@fieldfare/kernel';
import { type AxisSet, checkAxes } from './axes.ts';
import { DRIVERS, type DriverId } from './drivers.ts';
import { checkMatrix, type IntensityMatrix, type MatrixRow } from './matrix.ts';
import { checkRates, type Rate, type RateBook, type Stream } from './rates.ts';
import type { ServiceId } from './services.ts';

/** Units a week. */
export interface Range {
  readonly low: number;
  readonly default: number;
  readonly high: number;
}

export const NO_RANGE: Range = { low: 0, default: 0, high: 0 };

export interface CompiledRow {
  readonly driver: DriverId;
  readonly kind: MatrixRow['kind'];
  readonly oneOff: boolean;
  readonly evidence: MatrixRow['evidence'];
  /** By level, from the driver's least. */
  readonly ranges: readonly Range[];
}

export interface BundleConfig {
  readonly matrix: IntensityMatrix;
  readonly axes: AxisSet;
  readonly book: RateBook;
  readonly rowsByService: ReadonlyMap<ServiceId, readonly CompiledRow[]>;
  readonly rates: ReadonlyMap<ServiceId, Rate>;
  readonly streams: ReadonlyMap<string, Stream>;
  /** Drivers that the matrix reads. */
  readonly drivers: readonly DriverId[];
  /** Hours to the first service by level of `matrix.start.driver`, from its least. */
  readonly startHours: readonly number[];
}

const byLevel = <B extends { readonly from: number; readonly to: number }, T>(
  driver: DriverId,
  bands: readonly B[],
  take: (band: B) => T,
): T[] => {
  const { min, max } = DRIVERS[driver];
  return Array.from({ length: max - min + 1 }, (_, step) => {
    const band = bands.find(({ from, to }) => from <= min + step && min + step <= to);
    if (!band) throw new RangeError(`a checked matrix covers level ${min + step} of ${driver}`);
    return take(band);
  });
};

/** A configuration to run with, or everything that is wrong with its parts. */
export function compileConfig(parts: {
  readonly matrix: unknown;
  readonly axes: unknown;
  readonly rates: unknown;
}): Result<BundleConfig> {
  const [matrix, axes, book] = [checkMatrix(parts.matrix), checkAxes(parts.axes), checkRates(parts.rates)];
  if (!matrix.ok || !axes.ok || !book.ok) {
    const problems: Problem[] = [];
    for (const [part, result] of Object.entries({ matrix, axes, rates: book })) {
      if (!result.ok)
        problems.push(...result.problems.map((each) => ({ ...each, path: [part, ...(each.path ?? [])] })));
    }
    return fail(...(problems as [Problem, ...Problem[]]));
  }
  const { rows, start } = matrix.value;
  const rowsByService = new Map<ServiceId, CompiledRow[]>();
  for (const { driver, service, kind, oneOff, evidence, bands } of rows) {
    const ranges = byLevel(driver, bands, ({ low, default: usual, high }) => ({ low, default: usual, high }));
    const list = rowsByService.get(service) ?? [];
    list.push({ driver, kind, oneOff, evidence, ranges });
    rowsByService.set(service, list);
  }
  return ok({
    matrix: matrix.value,
    axes: axes.value,
    book: book.value,
    rowsByService,
    rates: new Map(book.value.rates.map((rate) => [rate.service, rate])),
    streams: new Map(book.value.streams.map((stream) => [stream.id, stream])),
    drivers: [...new Set([...rows.map(({ driver }) => driver), start.driver])],
    startHours: byLevel(start.driver, start.bands, ({ hours }) => hours),
  });
}
