import { seededRandom } from '@fieldfare/kernel';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Choice, LEARNED, learnWeights } from './preferences.ts';
import { costOf } from './score.ts';
import { type Components, NO_COMPONENTS, WEIGHTS, type Weights } from './weights.ts';

const component = (least: number, most: number) => fc.integer({ min: least, max: most });
const places: fc.Arbitrary<Components> = fc.record({
  travelMinutes: component(-10, 60),
  waitingMinutes: component(-60, 60),
  windowMinutes: fc.constant(0),
  continuity: component(0, 3),
  balance: component(0, 200),
  disruption: component(0, 3),
  overtime: component(0, 60),
  partnerCost: component(0, 80),
});
const choices = fc.array(fc.record({ chosen: places, other: places }), { maxLength: 40 });

/** Somebody who chooses by these weights, and errs as the model says. */
function chooserOf(weights: Weights, count: number, seed: number): Choice[] {
  const random = seededRandom(seed);
  const int = (most: number): number => Math.floor(random.float() * (most + 1));
  const place = (): Components => ({
    travelMinutes: int(40),
    waitingMinutes: int(40),
    windowMinutes: 0,
    continuity: int(3),
    balance: int(60),
    disruption: int(3),
    overtime: 0,
    partnerCost: 0,
  });
  return Array.from({ length: count }, () => {
    const [a, b] = [place(), place()];
    const odds = (costOf(b, weights) - costOf(a, weights)) / 100;
    return random.float() < 1 / (1 + Math.exp(-odds)) ? { chosen: a, other: b } : { chosen: b, other: a };
  });
}

describe('learned weights', () => {
  it('no choices, or choices between equals, change nothing', () => {
    const equal = { ...NO_COMPONENTS, travelMinutes: 5, continuity: 1, balance: 3 };
    expect(learnWeights([], WEIGHTS).weights).toEqual(WEIGHTS);
    expect(learnWeights([{ chosen: equal, other: equal }], WEIGHTS)).toMatchObject({ weights: WEIGHTS, against: 0 });
  });

  it('finds the weights of somebody who chooses by them, nearer with more choices', () => {
    const truth: Weights = { ...WEIGHTS, continuity: 250, waitingMinutes: 6 };
    const error = (count: number): number =>
      [1, 2, 3, 4, 5, 6].reduce((sum, seed) => {
        const { weights } = learnWeights(chooserOf(truth, count, seed), WEIGHTS);
        return sum + Math.abs(Math.log(weights.continuity / truth.continuity)) / 6;
      }, 0);
    const [few, some, many] = [error(8), error(100), error(1_000)];
    expect(few).toBeLessThan(Math.log(250 / 100));
    expect(some).toBeLessThan(few);
    expect(many).toBeLessThan(0.15);
    const { weights } = learnWeights(chooserOf(truth, 2_000, 5), WEIGHTS);
    expect(Math.abs(weights.waitingMinutes - truth.waitingMinutes)).toBeLessThanOrEqual(1);
    expect(weights.travelMinutes).toBe(WEIGHTS.travelMinutes);
  });

  it('somebody who chooses by the weights in force leaves them about where they are', () => {
    const { weights } = learnWeights(chooserOf(WEIGHTS, 1_000, 7), WEIGHTS);
    for (const key of LEARNED)
      expect(Math.abs(weights[key] - WEIGHTS[key])).toBeLessThanOrEqual(0.15 * WEIGHTS[key] + 1);
  });

  it('counts the choices against the weights in force, and in which component they were better', () => {
    const other = { ...NO_COMPONENTS, travelMinutes: 2, continuity: 2, balance: 10 };
    const chosen = { ...NO_COMPONENTS, travelMinutes: 40, balance: 12 };
    const { against, evidence, weights } = learnWeights(Array(5).fill({ chosen, other }), WEIGHTS);
    expect(against).toBe(5);
    expect(evidence).toEqual({
      travelMinutes: { better: 0, worse: 5 },
      waitingMinutes: { better: 0, worse: 0 },
      continuity: { better: 5, worse: 0 },
      balance: { better: 0, worse: 5 },
      disruption: { better: 0, worse: 0 },
      overtime: { better: 0, worse: 0 },
      partnerCost: { better: 0, worse: 0 },
    });
    expect(weights.continuity).toBeGreaterThan(WEIGHTS.continuity);
  });

  it('whole, bounded, and the same in any order', () => {
    fc.assert(
      fc.property(choices, (list) => {
        const { weights } = learnWeights(list, WEIGHTS);
        for (const key of LEARNED) {
          expect(Number.isInteger(weights[key])).toBe(true);
          expect(weights[key]).toBeGreaterThanOrEqual(Math.round(WEIGHTS[key] / 4));
          expect(weights[key]).toBeLessThanOrEqual(4 * WEIGHTS[key]);
        }
        expect(weights.travelMinutes).toBe(WEIGHTS.travelMinutes);
        const turned = learnWeights([...list].reverse(), WEIGHTS).weights;
        for (const key of LEARNED) expect(Math.abs(turned[key] - weights[key])).toBeLessThanOrEqual(1);
      }),
      { numRuns: 40 },
    );
  });
});
