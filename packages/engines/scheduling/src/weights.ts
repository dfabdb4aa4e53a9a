/** What a plan is counted in, and what one of each is worth. `score.ts` says how each is measured. */

export interface Components {
  readonly travelMinutes: number;
  readonly waitingMinutes: number;
  readonly windowMinutes: number;
  readonly continuity: number;
  readonly balance: number;
  readonly disruption: number;
  readonly overtime: number;
  readonly partnerCost: number;
}

/** Whole numbers, not negative. */
export type Weights = Components;

/**
 * Cost = sum of weight × component, in tenths of a driving minute: a new face weighs as much as 20 minutes' driving, or an
 * hour of a partner's at 40 dollars; a minute of overtime as much as one of driving.
 */
export const WEIGHTS: Components = {
  travelMinutes: 10,
  waitingMinutes: 3,
  windowMinutes: 20,
  continuity: 100,
  balance: 2,
  disruption: 50,
  overtime: 10,
  partnerCost: 5,
};

export const NO_COMPONENTS: Components = {
  travelMinutes: 0,
  waitingMinutes: 0,
  windowMinutes: 0,
  continuity: 0,
  balance: 0,
  disruption: 0,
  overtime: 0,
  partnerCost: 0,
};
