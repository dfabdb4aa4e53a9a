/** Readers of single cells: a typed value, or what would be allowed. They never repeat the cell: it may hold health data. */
import { isLocalDate } from '@fieldfare/kernel';
import { clock, readMinute } from './weekly-times.ts';

export type Cell<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly allowed: string };

export const good = <T>(value: T): Cell<T> => ({ ok: true, value });
export const bad = (allowed: string): Cell<never> => ({ ok: false, allowed });

/** For matching what people type: case, accents, points and spaces don't count. */
export function fold(text: string): string {
  return text
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
}

export const text =
  (most: number) =>
  (cell: string): Cell<string> =>
    cell.length <= most ? good(cell) : bad(`at most ${most} characters`);

export const choice = <T extends string>(options: Readonly<Record<T, readonly string[]>>) => {
  const byName = new Map<string, T>();
  for (const [value, names] of Object.entries(options) as [T, readonly string[]][]) {
    for (const name of [value, ...names]) byName.set(fold(name), value);
  }
  const allowed = `one of ${Object.keys(options).join(', ')}`;
  return (cell: string): Cell<T> => {
    const value = byName.get(fold(cell));
    return value === undefined ? bad(allowed) : good(value);
  };
};

/** `palliative, ostomy`: words of 2 to 40 characters, small letters, each once. */
export const words =
  (most: number) =>
  (cell: string): Cell<string[]> => {
    const list = cell
      .split(/[,;/]+/)
      .map((word) => word.trim().toLowerCase())
      .filter((word) => word !== '');
    const fits = list.every((word) => word.length >= 2 && word.length <= 40) && new Set(list).size <= most;
    return fits ? good([...new Set(list)]) : bad(`up to ${most} words of 2 to 40 characters, between commas`);
  };

export const yesNo = (cell: string): Cell<boolean> => {
  const word = fold(cell);
  if (['yes', 'y', 'true', '1', 'oui', 'o', 'vrai', 'x', 'active', 'actif'].includes(word)) return good(true);
  if (['no', 'n', 'false', '0', 'non', 'faux', 'inactive', 'inactif'].includes(word)) return good(false);
  return bad('yes or no');
};

/** Decimal comma or point, no thousands separators. */
const NUMBER = /^[+-]?\d+(?:[.,]\d+)?$/;

export const number =
  (least: number, most: number) =>
  (cell: string): Cell<number> => {
    const value = NUMBER.test(cell) ? Number(cell.replace(',', '.')) : Number.NaN;
    return value >= least && value <= most ? good(value) : bad(`a number from ${least} to ${most}`);
  };

export const whole =
  (least: number, most: number) =>
  (cell: string): Cell<number> => {
    const value = /^\d+$/.test(cell) ? Number(cell) : Number.NaN;
    return value >= least && value <= most ? good(value) : bad(`a whole number from ${least} to ${most}`);
  };

/** ISO only: 03/04/2026 means March in one office and April in the next. */
export const date = (cell: string): Cell<string> => {
  const iso = cell.replaceAll('/', '-');
  return /^\d{4}-/.test(iso) && isLocalDate(iso) ? good(iso) : bad('a date as YYYY-MM-DD');
};

export const time = (cell: string): Cell<string> => {
  const minute = readMinute(cell);
  return minute === null || minute === 1440 ? bad('a time as HH:MM, 24 hours') : good(clock(minute));
};
