/** Text for people: aligned tables and a little colour. */
import { type Problem, timeOfMinute } from '@fieldfare/kernel';
import type { Host } from './host.ts';

export interface Column<T> {
  readonly title: string;
  readonly cell: (row: T) => string | number;
  readonly right?: boolean;
}

/** Columns a terminal gives a text; wide characters take two. */
function width(text: string): number {
  let columns = 0;
  for (const character of text.normalize('NFC')) {
    if (/\p{M}/u.test(character)) continue;
    columns += /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/u.test(
      character,
    )
      ? 2
      : 1;
  }
  return columns;
}

/** Data must not steer the terminal. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the ones to remove
const plain = (text: string): string => text.replace(/[\u0000-\u001f\u007f-\u009f]+/g, ' ');

export function table<T>(columns: readonly Column<T>[], rows: readonly T[]): string {
  const cells = rows.map((row) => columns.map(({ cell }) => plain(String(cell(row)))));
  const widths = columns.map(({ title }, index) =>
    Math.max(width(title), ...cells.map((row) => width(row[index] ?? ''))),
  );
  const line = (row: readonly string[]): string =>
    columns
      .map(({ right }, index) => {
        const text = row[index] ?? '';
        const space = ' '.repeat((widths[index] ?? 0) - width(text));
        return right ? space + text : text + space;
      })
      .join('  ')
      .trimEnd();
  return [line(columns.map(({ title }) => title)), ...cells.map(line)].map((text) => `${text}\n`).join('');
}

const CODES = { bold: 1, red: 31, green: 32, yellow: 33, grey: 90 } as const;

export function paint(host: Host, colour: keyof typeof CODES, text: string): string {
  return host.interactive ? `\u001b[${CODES[colour]}m${text}\u001b[0m` : text;
}

/** `The visit was cancelled. [SCH-GONE]` */
function sentence({ message, rule }: Problem): string {
  const text = message.charAt(0).toUpperCase() + message.slice(1);
  return `${/[.!?]$/.test(text) ? text : `${text}.`}${rule ? ` [${rule}]` : ''}`;
}

/** One sentence for each problem; equal ones once, with their number. */
export function sentences(problems: readonly Problem[]): readonly string[] {
  const counts = new Map<string, number>();
  for (const problem of problems) counts.set(sentence(problem), (counts.get(sentence(problem)) ?? 0) + 1);
  return [...counts].map(([text, count]) => (count === 1 ? text : `${text} (${count} times)`));
}

export const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

export const endTime = (start: string, minutes: number): string =>
  timeOfMinute((Number(start.slice(0, 2)) * 60 + Number(start.slice(3, 5)) + minutes) % 1440);

/** `90` → `1 h 30 min` */
export function duration(minutes: number): string {
  const hours = Math.floor(minutes / 60);
  const rest = minutes % 60;
  return [hours > 0 ? `${hours} h` : '', rest > 0 || hours === 0 ? `${rest} min` : ''].filter(Boolean).join(' ');
}

/** The part of an id that people type; any longer beginning works too. */
export const shortId = (id: string): string => id.slice(0, 8);
