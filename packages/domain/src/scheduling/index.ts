import { defineModule } from '@fieldfare/kernel';
import { schedulingRouter } from './router.ts';
import {
  assignments,
  blockedPairs,
  conflictResolutions,
  placementChoices,
  planReviews,
  publishedRounds,
  recordResolutions,
  requirements,
  ruleSettings,
  visits,
  weightSets,
} from './tables.ts';

export { proposalOf } from './auto-assign.ts';
export type { BlockedCarer, BlockedCarers } from './blocked.ts';
export * from './board.ts';
export { applyBoardEvent, diffBoards } from './board-patch.ts';
export type { CarerPatients } from './carer-patients.ts';
export type { Assigned, Done } from './commands.ts';
export { conflictDerivation } from './conflicts/derivation.ts';
export { createDayClock } from './day-clock.ts';
export { type Delivery, deliveryOf } from './delivery.ts';
export { type DemandChange, demandRows, effectByWeek, type WeekEffect } from './demand.ts';
export { changeOfDemand, currentDemand } from './demand-query.ts';
export { plannedVisitId, planWeek } from './plan-week.ts';
export type { Onlooker } from './presence.ts';
export type { Publication, RoundChange, RoundNews } from './publish.ts';
export type { ReplanProposal } from './replan.ts';
export type { RequirementEffect, RequirementFields } from './requirement-change.ts';
export type { RequirementsView } from './requirement-view.ts';
export type { RulesInput, RulesView, RuleView } from './rule-settings.ts';
export { assignmentIdOf } from './rules.ts';
export { drive, finishRun, openRun } from './runs.ts';
export { readyForWeek, shardsOfWeek } from './shards.ts';
export type {
  LaneGroup,
  LaneSummary,
  PatientSummary,
  SchedulerState,
  StaffSummary,
  UnscheduledVisit,
} from './state.ts';
export * from './tables.ts';
export type { Edited } from './visit-edit.ts';
export type { WeekChange } from './week-change.ts';
export { readWeights, weightHistory, wholeComponents } from './weights.ts';
export { sharedWorkbench, type Workbench } from './workbench.ts';

export const scheduling = defineModule({
  name: 'scheduling',
  about: 'what patients need each week, the visits planned for it, who delivers them, and the clashes',
  tables: [
    requirements,
    visits,
    assignments,
    conflictResolutions,
    recordResolutions,
    publishedRounds,
    ruleSettings,
    blockedPairs,
    placementChoices,
    planReviews,
    weightSets,
  ],
  router: schedulingRouter,
});
