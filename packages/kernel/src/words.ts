/** Sentences with numbers in them. */

/** "1 visit", "2 visits"; `said`: the number in another form. */
export const plural = (count: number, one: string, many = `${one}s`, said = String(count)): string =>
  `${said} ${count === 1 ? one : many}`;
