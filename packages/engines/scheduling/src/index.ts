export { type AutoAssignOptions, autoAssign } from './auto-assign.ts';
export { type CompiledWeek, compileWeek, type EligibleGroup } from './compile.ts';
export { fits, violationsAt } from './feasibility.ts';
export { FUNNEL_STEPS, type Funnel, funnelOf } from './funnel.ts';
export { type Give, RELAX_STEP } from './give.ts';
export { bestStart, candidates, type Insertion, insertionAt, type NearMiss, nearestMiss } from './insertion.ts';
export type { Command, Outcome, Progress } from './outcome.ts';
export { type Along, earliestInStep, goesAlong, halfInStep, latestInStep } from './pairs.ts';
export { createEmptyPlan, createPlan, type Placement, type Plan, type PlanSnapshot, withStartWindows } from './plan.ts';
export {
  type Choice,
  LEARNED,
  type LearnedComponent,
  type LearnedWeights,
  learnWeights,
} from './preferences.ts';
export * from './problem.ts';
export { type MatchStatus, REASONS, type Reason, type ReasonCode, STRONG_TRAVEL_MINUTES } from './reasons.ts';
export { type Relaxation, type RelaxOptions, relaxationsOf } from './relax.ts';
export { type Replanned, replan } from './replan.ts';
export { componentsOf, costOf } from './score.ts';
export { type AnnealOptions, anneal, type SearchOutcome, type SearchProgress } from './search/anneal.ts';
export { NEVER, type RoutingModel, type SearchScore } from './search/model.ts';
export { type PlacedViolations, violationsOfPlan } from './validate.ts';
export { type Components, WEIGHTS, type Weights } from './weights.ts';
