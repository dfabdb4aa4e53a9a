/** Breaks at no fixed time in one cell: `30 min 11:30-13:30; Sat 15 min 10:00-11:00`. Without days: any day. */
import type { StaffBreak } from '@fieldfare/domain/tables';
import { bad, type Cell, good } from './cells.ts';
import { clock, readWeeklyTimes, writeDays } from './weekly-times.ts';

export const BREAKS_FORMAT =
  'minutes and the time they lie in, such as "30 min 11:30-13:30" or "Mon-Fri 30 min 11:30-13:30", one a day; none when left out';

const LENGTH = /\b(\d{1,3})\s*min(?:utes?)?\b/i;
const LEAST = 5;
const MOST = 180;
const MOST_BREAKS = 7;
const ALL_DAYS = [1, 2, 3, 4, 5, 6, 7];

export function readBreaks(cell: string): Cell<StaffBreak[]> {
  const breaks: StaffBreak[] = [];
  const taken = new Set<number>();
  for (const part of cell.split(/[;|\n]/).filter((text) => text.trim() !== '')) {
    const minutes = Number(LENGTH.exec(part)?.[1] ?? 0);
    const times = readWeeklyTimes(part.replace(LENGTH, ' ').replace(/\s+/g, ' '));
    const [time, ...more] = times ?? [];
    if (!time || more.length > 0 || minutes < LEAST || minutes > MOST) return bad(BREAKS_FORMAT);
    const { daysGiven, from, to } = time;
    if (to - from < minutes || to === 1440) return bad('a time of one day that is at least as long as the break');
    const weekdays = daysGiven ? [...time.weekdays] : [];
    const days = daysGiven ? weekdays : ALL_DAYS;
    if (days.some((day) => taken.has(day))) return bad('one break a day');
    for (const day of days) taken.add(day);
    breaks.push({ weekdays, from: clock(from), to: clock(to), minutes });
  }
  return breaks.length <= MOST_BREAKS ? good(breaks) : bad(`at most ${MOST_BREAKS} breaks`);
}

export const writeBreaks = (breaks: readonly StaffBreak[]): string =>
  breaks
    .map(({ weekdays, from, to, minutes }) => `${writeDays(weekdays)} ${minutes} min ${from}-${to}`.trim())
    .join('; ');
