/** Weekdays for visits that want days between them. */

/** How many days from each to the next, round the week; one day alone is a week from itself. */
const gapsOf = (weekdays: readonly number[]): number[] =>
  weekdays.map((day, index) => {
    const next = weekdays[index + 1];
    return next === undefined ? (weekdays[0] ?? day) + 7 - day : next - day;
  });

/** Whether these weekdays, ascending and repeated week after week, lie at least `least` days apart. */
export const keepApart = (weekdays: readonly number[], least: number): boolean =>
  gapsOf(weekdays).every((gap) => gap >= least);

/**
 * `count` of the `allowed` weekdays (1 … 7, ascending; at least `count`) with as few as can be nearer than `least` days to
 * the one before, counted across the week's end too, and then as evenly as can be. `offset` decides between equals.
 */
export function weekdaysApart(
  allowed: readonly number[],
  count: number,
  least: number,
  offset: number,
): readonly number[] {
  let best: (readonly number[])[] = [];
  let bestValue = Number.NEGATIVE_INFINITY;
  for (const choice of choicesOf(allowed, count)) {
    const gaps = gapsOf(choice);
    const value = Math.min(...gaps) - 7 * gaps.filter((gap) => gap < least).length;
    if (value > bestValue) {
      best = [];
      bestValue = value;
    }
    if (value === bestValue) best.push(choice);
  }
  return best[offset % best.length] ?? [];
}

function choicesOf(list: readonly number[], count: number): (readonly number[])[] {
  if (count === 0) return [[]];
  return list.flatMap((first, index) =>
    choicesOf(list.slice(index + 1), count - 1).map((rest): readonly number[] => [first, ...rest]),
  );
}
