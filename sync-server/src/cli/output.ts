/** What the command line says: answers on standard output, everything else on standard error. */
import type { Problem } from '@fieldfare/kernel';
import type { AdminRow } from '../admin.ts';

export const say = (text: string): void => {
  process.stdout.write(`${text}\n`);
};

export const complain = (problems: readonly Problem[]): void => {
  for (const { message, rule } of problems) process.stderr.write(`error: ${message}${rule ? ` (${rule})` : ''}\n`);
};

export function table(rows: readonly AdminRow[]): string {
  const [first] = rows;
  if (!first) return 'none';
  const columns = Object.keys(first);
  const text = (row: AdminRow, column: string): string => {
    const value = row[column];
    return typeof value === 'boolean' ? (value ? 'yes' : 'no') : (value ?? '');
  };
  const widths = columns.map((column) => Math.max(column.length, ...rows.map((row) => text(row, column).length)));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, index) => cell.padEnd(widths[index] ?? 0))
      .join('  ')
      .trimEnd();
  return [line(columns), ...rows.map((row) => line(columns.map((column) => text(row, column))))].join('\n');
}
