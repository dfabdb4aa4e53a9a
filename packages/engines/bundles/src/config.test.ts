import { describe, expect, it } from 'vitest';
import { compileConfig } from './config.ts';
import { DEFAULT_PARTS } from './defaults.ts';

type Part = keyof typeof DEFAULT_PARTS;
type Json = Record<string, unknown> & unknown[];
/** Where, and what to put there; `undefined` takes it out, an index past the end appends. */
type Spoil = readonly [part: Part, path: readonly (string | number)[], value: unknown];

function spoilt([part, path, value]: Spoil): unknown {
  const copy = structuredClone(DEFAULT_PARTS[part]) as Json;
  const last = path.at(-1) as number;
  const parent = path.slice(0, -1).reduce((at, step) => at[step as number] as Json, copy);
  if (value !== undefined) parent[last] = value;
  else if (Array.isArray(parent)) parent.splice(last, 1);
  else delete parent[last];
  return copy;
}

function rulesOf(spoil: Spoil): string[] {
  const result = compileConfig({ ...DEFAULT_PARTS, [spoil[0]]: spoilt(spoil) });
  return result.ok ? [] : [...new Set(result.problems.map(({ rule, path }) => `${rule} in ${path?.[0]}`))];
}

describe('the default configuration', () => {
  it('passes its own checks and says that it is uncalibrated', () => {
    const result = compileConfig(DEFAULT_PARTS);
    expect(result.ok ? [] : result.problems).toEqual([]);
    expect(result.ok && result.value.matrix.calibration).toBe('uncalibrated');
  });

  it('keeps the published 32-fold ratio of personal support between the least and the most need', () => {
    const result = compileConfig(DEFAULT_PARTS);
    const [row] = (result.ok && result.value.rowsByService.get('psw')) || [];
    expect((row?.ranges[5]?.default ?? 0) / (row?.ranges[0]?.default ?? 1)).toBe(32);
  });
});

const band = (from: number, value: number) => ({ from, to: from, low: value, default: value, high: value });
const { rows } = DEFAULT_PARTS.matrix as { readonly rows: readonly { readonly driver: string }[] };
const { axes } = DEFAULT_PARTS.axes as { readonly axes: readonly unknown[] };
const { rates, streams } = DEFAULT_PARTS.rates as { readonly rates: readonly unknown[]; readonly streams: unknown[] };
const ivRow = rows.findIndex(({ driver }) => driver === 'order.iv');

describe('spoilt parts are refused, and named', () => {
  it.each<readonly [string, Part, Spoil[1], unknown]>([
    ['MTX-SHAPE', 'matrix', ['version'], undefined],
    ['MTX-SHAPE', 'matrix', ['rows', 0, 'driver'], 'nobody'],
    ['MTX-GAP', 'matrix', ['rows', 0, 'bands', 2], undefined],
    ['MTX-OVERLAP', 'matrix', ['rows', 0, 'bands', 6], { from: 6, to: 6, low: 12, default: 16, high: 28 }],
    ['MTX-RANGE', 'matrix', ['rows', 0, 'bands', 6], band(9, 99)],
    ['MTX-ORDER', 'matrix', ['rows', 0, 'bands', 5, 'low'], 20],
    ['MTX-MONOTONE', 'matrix', ['rows', 0, 'bands', 4, 'low'], 1],
    ['MTX-STEP', 'matrix', ['rows', 0, 'bands', 5, 'high'], 28.1],
    ['MTX-TWICE', 'matrix', ['rows', rows.length], rows[0]],
    ['MTX-ORDERS', 'matrix', ['rows', 0, 'service'], 'wound'],
    ['MTX-ORDERS', 'matrix', ['rows', ivRow], undefined],
    ['MTX-MONOTONE', 'matrix', ['start', 'bands', 3, 'hours'], 100],
    ['MTX-GAP', 'matrix', ['start', 'bands', 3], undefined],
    ['AXS-SHAPE', 'axes', ['axes', 0, 'adjust', 0, 'by'], 'magic'],
    ['AXS-TWICE', 'axes', ['axes', axes.length], axes[0]],
    ['AXS-TWICE', 'axes', ['axes', 0, 'adjust', 2], { service: 'pt', by: 'times', value: 2 }],
    ['AXS-ORDER', 'axes', ['axes', 0, 'adjust', 2], { service: 'wound', by: 'times', value: 0.5 }],
    ['AXS-STEP', 'axes', ['axes', 0, 'adjust', 2], { service: 'psw', by: 'plus', value: 0.3 }],
    ['AXS-LEVEL', 'axes', ['axes', 0, 'when', 0], { driver: 'rehab', atLeast: 9 }],
    ['RAT-SHAPE', 'rates', ['rates', 0, 'default'], 3812.5],
    ['RAT-ORDER', 'rates', ['rates', 0, 'low'], 9900],
    ['RAT-UNIT', 'rates', ['rates', 0, 'per'], 'visit'],
    ['RAT-GAP', 'rates', ['rates', rates.length - 1], undefined],
    ['RAT-GAP', 'rates', ['rates', rates.length], rates[0]],
    ['RAT-STREAM', 'rates', ['streams', streams.length], streams[0]],
  ])('%s in the %s at %j', (rule, part, path, value) => {
    expect(rulesOf([part, path, value])).toEqual([`${rule} in ${part}`]);
  });
});
