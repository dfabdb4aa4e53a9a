/** Dice for one run, all from its seed. */
import { type Random, seededRandom } from '@fieldfare/kernel';

export interface Dice extends Random {
  /** Whole number from 0 to `below` − 1. */
  below(below: number): number;
  between(low: number, high: number): number;
  chance(probability: number): boolean;
  pick<T>(from: readonly T[]): T;
}

export function createDice(seed: number): Dice {
  const random = seededRandom(seed);
  const below = (limit: number): number => Math.floor(random.float() * limit);
  return {
    ...random,
    below,
    between: (low, high) => low + random.float() * (high - low),
    chance: (probability) => random.float() < probability,
    pick: <T>(from: readonly T[]) => from[below(from.length)] as T,
  };
}
