/** Which of several ways is tried next: those that did well are drawn more often (Ropke & Pisinger 2006). */
import type { Random } from '@fieldfare/kernel';

export interface Odds {
  /** One of the ways, by number. */
  readonly draw: () => number;
  readonly reward: (way: number, points: number) => void;
}

/** Share of an old weight that a segment of tries leaves, and tries in a segment. */
const MEMORY = 0.8;
const SEGMENT = 100;
const LEAST_WEIGHT = 0.1;

export function createOdds(ways: number, random: Random): Odds {
  const weight = new Float64Array(ways).fill(1);
  const gained = new Float64Array(ways);
  const tried = new Int32Array(ways);
  let tries = 0;

  function learn(): void {
    for (let way = 0; way < ways; way += 1) {
      const count = tried[way] as number;
      if (count === 0) continue;
      const mean = (gained[way] as number) / count;
      weight[way] = Math.max(LEAST_WEIGHT, MEMORY * (weight[way] as number) + (1 - MEMORY) * mean);
    }
    gained.fill(0);
    tried.fill(0);
  }

  return {
    draw() {
      tries += 1;
      if (tries % SEGMENT === 0) learn();
      let rest = random.float() * weight.reduce((sum, one) => sum + one, 0);
      let way = 0;
      while (way < ways - 1) {
        rest -= weight[way] as number;
        if (rest < 0) break;
        way += 1;
      }
      tried[way] = (tried[way] as number) + 1;
      return way;
    },
    reward(way, points) {
      gained[way] = (gained[way] as number) + points;
    },
  };
}
