/** What a plan is counted in, and what one of each is worth. `score.ts` says how each is measured. */

export interface Components {
  readonly travelMinutes: number;
  readonly waitingMinutes: number;
  readonly windowMinutes: number;
  readonly continuity: number;
  readonly balance: number;
  readonly disruption: number;
}

/** Whole numbers, not negative. */
export type Weights = Components;

/** Cost = sum of weight × component, in tenths of a driving minute: a new face weighs as much as 20 minutes' driving. */
export const WEIGHTS: Components = {
  travelMinutes: 10,
  waitingMinutes: 3,
  windowMinutes: 20,
  continuity: 100,
  balance: 2,
  disruption: 50,
};
