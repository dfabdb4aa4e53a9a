const folded = (text: string): string => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();

/** Finds every text that holds each word typed somewhere, whatever its case and accents. */
export function matcher(typed: string): (text: string) => boolean {
  const words = folded(typed).split(/\s+/).filter(Boolean);
  return (text) => words.every((word) => folded(text).includes(word));
}
