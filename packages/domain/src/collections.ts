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

/** Structural equality of plain JSON values. A missing field equals an undefined one. */
export function sameValue(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) || Array.isArray(b)) {
    return Array.isArray(a) && Array.isArray(b) && a.length === b.length && a.every((item, i) => sameValue(item, b[i]));
  }
  const left = a as Record<string, unknown>;
  const right = b as Record<string, unknown>;
  for (const key in left) if (!sameValue(left[key], right[key])) return false;
  for (const key in right) if (right[key] !== undefined && left[key] === undefined) return false;
  return true;
}

/** What is given and differs from the row: only that is written, the rest stays as colleagues left it. */
export const changedFields = <T extends object>(
  row: T,
  given: { readonly [Field in keyof T]?: T[Field] | undefined },
): Partial<T> =>
  Object.fromEntries(
    Object.entries(given).filter(
      ([field, value]) => value !== undefined && !sameValue(row[field as keyof T] ?? null, value),
    ),
  ) as Partial<T>;

/** For what thousands of rows ask about the same few keys. `answer` is never undefined. */
export function memo<Key, Value extends {}>(answer: (key: Key) => Value): (key: Key) => Value {
  const known = new Map<Key, Value>();
  return (key) => {
    let value = known.get(key);
    if (value === undefined) {
      value = answer(key);
      known.set(key, value);
    }
    return value;
  };
}
