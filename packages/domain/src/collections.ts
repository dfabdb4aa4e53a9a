/** Items by key, in the order they came. (`Map.groupBy` is not in every engine we run on.) */
export function groupBy<T, K>(items: Iterable<T>, keyOf: (item: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return groups;
}

export const byId = <T extends { readonly id: string }>(rows: Iterable<T>): ReadonlyMap<string, T> => {
  const map = new Map<string, T>();
  for (const row of rows) map.set(row.id, row);
  return map;
};

/** Plain code-unit order: the same on every machine, unlike the locale's. */
export const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
