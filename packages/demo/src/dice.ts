/** Drawing from lists with a seeded generator. Every topic draws from its own, so that a change in one leaves the others alone. */
import { invariant, seededRandom } from '@fieldfare/kernel';

export interface Dice {
  /** Uniform whole number, both ends included. */
  int(from: number, to: number): number;
  chance(probability: number): boolean;
  pick<T>(list: readonly T[]): T;
  weighted<T>(list: readonly T[], weightOf: (item: T) => number): T;
  shuffled<T>(list: readonly T[]): T[];
  /** Between -1 and 1, denser in the middle. Sums instead of logarithms: the same bits on every machine. */
  bell(): number;
}

/** FNV-1a, 32 bits. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    value = Math.imul(value ^ text.charCodeAt(index), 0x01000193);
  }
  return value >>> 0;
}

export function createDice(seed: number, topic: string): Dice {
  const random = seededRandom(hash(`${seed}/${topic}`));
  const int = (from: number, to: number): number => from + Math.floor(random.float() * (to - from + 1));
  const at = <T>(list: readonly T[], index: number): T => {
    const item = list[index];
    invariant(item !== undefined, 'nothing to draw from');
    return item;
  };
  return {
    int,
    chance: (probability) => random.float() < probability,
    pick: (list) => at(list, int(0, list.length - 1)),
    weighted(list, weightOf) {
      let rest = random.float() * list.reduce((sum, item) => sum + weightOf(item), 0);
      for (const item of list) {
        rest -= weightOf(item);
        if (rest < 0) return item;
      }
      return at(list, list.length - 1);
    },
    shuffled(list) {
      const copy = [...list];
      for (let index = copy.length - 1; index > 0; index -= 1) {
        const other = int(0, index);
        const held = at(copy, index);
        copy[index] = at(copy, other);
        copy[other] = held;
      }
      return copy;
    },
    bell: () => ((random.float() + random.float() + random.float()) / 3) * 2 - 1,
  };
}
