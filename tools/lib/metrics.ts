/** How benches report: a table for people, then one line of JSON for machines. */
export interface Metric {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** `<2`, `>=50000`; absent when the figure has no goal. */
  readonly goal?: string;
  readonly ok?: boolean;
}

/** A metric judged against its goal. */
export function metric(name: string, value: number, unit: string, goal?: string): Metric {
  if (goal === undefined) return { name, value, unit };
  const match = /^(<=|>=|<|>)(\d+(?:\.\d+)?)$/.exec(goal);
  if (!match) throw new RangeError(`a goal is <, <=, > or >= and a number, not ${goal}`);
  const bound = Number(match[2]);
  const ok =
    match[1] === '<'
      ? value < bound
      : match[1] === '<='
        ? value <= bound
        : match[1] === '>'
          ? value > bound
          : value >= bound;
  return { name, value, unit, goal, ok };
}

/** Value at quantile `q` (0–1) by nearest rank. Throws on no samples. */
export function quantile(samples: readonly number[], q: number): number {
  const sorted = [...samples].sort((a, b) => a - b);
  const value = sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(q * sorted.length) - 1))];
  if (value === undefined) throw new RangeError('no samples');
  return value;
}

export function printMetrics(bench: string, metrics: readonly Metric[]): void {
  const rows = metrics.map(({ name, value, unit, goal, ok }) => [
    name,
    `${Math.round(value * 1000) / 1000} ${unit}`,
    goal ?? '',
    ok === undefined ? '' : ok ? 'met' : 'MISSED',
  ]);
  const table = [['figure', 'value', 'goal', ''], ...rows];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...table.map((row) => row[column]?.length ?? 0)));
  for (const row of table)
    console.log(
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    );
  console.log();
  console.log(
    JSON.stringify({ bench, metrics: metrics.map((m) => ({ ...m, value: Math.round(m.value * 1000) / 1000 })) }),
  );
}
