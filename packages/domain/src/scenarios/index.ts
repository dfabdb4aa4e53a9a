import { defineModule } from '@fieldfare/kernel';
import { scenariosRouter } from './router.ts';

export { compareFigure, FIGURES, type FigureWording, type PlanFacts } from './compare.ts';
export type { ScenarioKey } from './kinds.ts';
export type { ScenariosEvent, WeekScenario } from './run.ts';

export const scenariosModule = defineModule({
  name: 'scenarios',
  about: 'plans of one week with different aims, side by side',
  tables: [],
  router: scenariosRouter,
});
