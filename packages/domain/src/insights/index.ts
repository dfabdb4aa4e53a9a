import { defineModule } from '@fieldfare/kernel';
import { insightsRouter } from './router.ts';

export type { Measure, WeekOutcomes } from './measures.ts';
export type { PrioritiesView, PriorityView } from './priorities.ts';
export { PRIORITY_LABELS } from './priority-labels.ts';
export { type OutcomesOfWeek, outcomesIf } from './queries.ts';
export { OUTCOMES, type OutcomeWording } from './wording.ts';

export const insightsModule = defineModule({
  name: 'insights',
  about: 'how a week of care went, in the figures a region is judged by',
  tables: [],
  router: insightsRouter,
});
