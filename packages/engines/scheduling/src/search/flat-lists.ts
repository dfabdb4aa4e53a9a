/**
 * Short lists by number, laid side by side: a thousand small typed arrays lie all over the memory, and what does not find its list in the
 * processor's cache waits longer than it reads.
 */
export interface FlatLists {
  /** List `number` is `items[from[number]]` … `items[from[number + 1] - 1]`. */
  readonly from: Int32Array;
  readonly items: Int32Array;
}

export function flatLists(lists: readonly Int32Array[]): FlatLists {
  const from = new Int32Array(lists.length + 1);
  for (const [index, list] of lists.entries()) from[index + 1] = (from[index] as number) + list.length;
  const items = new Int32Array(from[lists.length] as number);
  for (const [index, list] of lists.entries()) items.set(list, from[index] as number);
  return { from, items };
}
