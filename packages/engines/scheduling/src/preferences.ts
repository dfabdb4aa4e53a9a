/**
 * What people's choices say about the weights. A person who takes one place and leaves another that was offered tells
 * which they prefer; the weights that explain such pairs best are found by logistic regression on the difference in
 * components (R. A. Bradley, M. E. Terry, Rank analysis of incomplete block designs I, Biometrika 39 (1952)), drawn
 * towards the weights in force by a ridge (S. le Cessie, J. C. van Houwelingen, Ridge estimators in logistic regression,
 * Applied Statistics 41 (1992)), so that few choices change little.
 *
 *   P(chosen before other) = 1 / (1 + exp(−Σ θ_c d_c)),  d_c = other_c − chosen_c,  θ_c = weight_c / SCALE
 *   maximise  Σ log P − ½ Σ ((θ_c − θ⁰_c) / (SPREAD θ⁰_c))²
 *
 * The second half is concave and so is the first: Newton's steps, halved when they overshoot, end at the one maximum.
 */
import { costOf } from './score.ts';
import { type Components, WEIGHTS, type Weights } from './weights.ts';

/** Two places for one visit that break no rule: what was taken, and the best of what was left. */
export interface Choice {
  readonly chosen: Components;
  readonly other: Components;
}

/** A place that breaks no rule lies in its window, so nothing can be learned about `windowMinutes`. */
export const LEARNED = [
  'travelMinutes',
  'waitingMinutes',
  'continuity',
  'balance',
  'disruption',
  'overtime',
  'partnerCost',
] as const;
export type LearnedComponent = (typeof LEARNED)[number];

export interface LearnedWeights {
  /** On the scale of the weights in force: driving counts what it counted. */
  readonly weights: Weights;
  readonly choices: number;
  /** Choices in which the weights in force preferred the other place. */
  readonly against: number;
  /** Of those: how often the chosen place was better in a component, and how often worse. */
  readonly evidence: Readonly<Record<LearnedComponent, { readonly better: number; readonly worse: number }>>;
}

/** Ten minutes of driving are one step in log odds. */
const SCALE = 100;
/** How far from its present value a weight is expected to lie, as a share of it. */
const SPREAD = 0.5;
/** However many choices, one step goes no further than this factor. */
const MOST_CHANGE = 4;
const STEPS = 60;

export function learnWeights(choices: readonly Choice[], inForce: Weights): LearnedWeights {
  const prior = LEARNED.map((component) => inForce[component] / SCALE);
  const ridge = LEARNED.map((component, index) => {
    const spread = SPREAD * ((prior[index] as number) || WEIGHTS[component] / SCALE);
    return 1 / (spread * spread);
  });
  const gains = choices.map(({ chosen, other }) => LEARNED.map((component) => other[component] - chosen[component]));
  const theta = maximise(gains, prior, ridge);

  const against = choices.filter(
    ({ chosen, other }) =>
      costOf({ ...chosen, windowMinutes: 0 }, inForce) > costOf({ ...other, windowMinutes: 0 }, inForce),
  );
  const count = (component: LearnedComponent, sign: 1 | -1): number =>
    against.filter(({ chosen, other }) => sign * (other[component] - chosen[component]) > 0).length;
  const evidence = Object.fromEntries(
    LEARNED.map((component) => [component, { better: count(component, 1), worse: count(component, -1) }]),
  ) as LearnedWeights['evidence'];

  // Only the ratios of weights decide between places, so driving keeps its price and the others are told beside it.
  const bounded = (found: number, present: number): number =>
    Math.min(MOST_CHANGE * present, Math.max(present / MOST_CHANGE, found));
  const price = bounded(SCALE * (theta[0] as number), inForce.travelMinutes);
  const unit = price > 0 ? inForce.travelMinutes / price : 1;
  const learned = Object.fromEntries(
    LEARNED.map((component, index) => {
      const found = bounded(SCALE * (theta[index] as number), inForce[component]);
      return [component, Math.round(bounded(unit * found, inForce[component]))];
    }),
  );
  return { weights: { ...inForce, ...learned }, choices: choices.length, against: against.length, evidence };
}

type Vector = readonly number[];

function maximise(gains: readonly Vector[], prior: Vector, ridge: Vector): Vector {
  const value = (theta: Vector): number =>
    gains.reduce((sum, gain) => sum + logistic(dot(theta, gain)), 0) -
    theta.reduce((sum, at, index) => sum + ((ridge[index] as number) * (at - (prior[index] as number)) ** 2) / 2, 0);
  let theta = prior;
  let best = value(theta);
  for (let step = 0; step < STEPS; step += 1) {
    const slope = theta.map((at, index) => (ridge[index] as number) * ((prior[index] as number) - at));
    const curve = ridge.map((own, row) => ridge.map((_, column) => (row === column ? own : 0)));
    for (const gain of gains) {
      const missed = 1 / (1 + Math.exp(dot(theta, gain)));
      gain.forEach((one, row) => {
        slope[row] = (slope[row] as number) + missed * one;
        const line = curve[row] as number[];
        gain.forEach((two, column) => {
          line[column] = (line[column] as number) + missed * (1 - missed) * one * two;
        });
      });
    }
    const direction = solve(curve, slope);
    let share = 1;
    let next = theta;
    let reached = best;
    for (; share > 1e-6; share /= 2) {
      next = theta.map((at, index) => at + share * (direction[index] as number));
      reached = value(next);
      if (reached >= best) break;
    }
    if (reached - best < 1e-10) return reached > best ? next : theta;
    theta = next;
    best = reached;
  }
  return theta;
}

const dot = (a: Vector, b: Vector): number => a.reduce((sum, one, index) => sum + one * (b[index] as number), 0);

/** log(1 / (1 + exp(−x))), without overflow. */
const logistic = (x: number): number => (x > 0 ? -Math.log1p(Math.exp(-x)) : x - Math.log1p(Math.exp(x)));

/** Cholesky: the ridge keeps the matrix positive definite. */
function solve(matrix: readonly Vector[], right: Vector): Vector {
  const size = right.length;
  const lower: number[][] = [];
  for (let row = 0; row < size; row += 1) {
    const line: number[] = [];
    for (let column = 0; column <= row; column += 1) {
      const other = column === row ? line : (lower[column] as number[]);
      let sum = (matrix[row] as Vector)[column] as number;
      for (let index = 0; index < column; index += 1) sum -= (line[index] as number) * (other[index] as number);
      line.push(column === row ? Math.sqrt(sum) : sum / (other[column] as number));
    }
    lower.push(line);
  }
  const half: number[] = [];
  for (let row = 0; row < size; row += 1) {
    let sum = right[row] as number;
    for (let index = 0; index < row; index += 1) sum -= (lower[row]?.[index] as number) * (half[index] as number);
    half.push(sum / (lower[row]?.[row] as number));
  }
  const answer: number[] = new Array(size).fill(0);
  for (let row = size - 1; row >= 0; row -= 1) {
    let sum = half[row] as number;
    for (let index = row + 1; index < size; index += 1)
      sum -= (lower[index]?.[row] as number) * (answer[index] as number);
    answer[row] = sum / (lower[row]?.[row] as number);
  }
  return answer;
}
