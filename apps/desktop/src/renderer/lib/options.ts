/** What a `Select` offers, from names by value. */
export const optionsOf = <T extends string>(names: Readonly<Record<T, string>>): { value: T; label: string }[] =>
  (Object.entries(names) as [T, string][]).map(([value, label]) => ({ value, label }));
