/** Every module of the product. Adding one means adding its folder and its line here. */
import { tablesOf } from '@fieldfare/kernel';
import type { Derivation } from '@fieldfare/store';
import { assessmentsModule } from './assessments/index.ts';
import { bundlesModule } from './bundles/index.ts';
import { history } from './history/index.ts';
import { identity } from './identity/index.ts';
import { insightsModule } from './insights/index.ts';
import { orgs } from './orgs/index.ts';
import { partnersModule } from './partners/index.ts';
import { patientsModule } from './patients/index.ts';
import { router } from './procedure.ts';
import { scenariosModule } from './scenarios/index.ts';
import { conflictDerivation, scheduling } from './scheduling/index.ts';
import { sync } from './sync/index.ts';
import { travelModule } from './travel/index.ts';
import { workforce } from './workforce/index.ts';

export const modules = [
  orgs,
  identity,
  patientsModule,
  workforce,
  partnersModule,
  travelModule,
  scheduling,
  assessmentsModule,
  bundlesModule,
  insightsModule,
  scenariosModule,
  history,
  sync,
] as const;

/** Every table of every module, by name. */
export const tables = tablesOf(modules);

/** Tables the projection computes from rows. */
export const derivations: readonly Derivation[] = [conflictDerivation];

export const appRouter = router({
  orgs: orgs.router,
  identity: identity.router,
  patients: patientsModule.router,
  workforce: workforce.router,
  partners: partnersModule.router,
  travel: travelModule.router,
  scheduling: scheduling.router,
  assessments: assessmentsModule.router,
  bundles: bundlesModule.router,
  insights: insightsModule.router,
  scenarios: scenariosModule.router,
  history: history.router,
  sync: sync.router,
});
export type AppRouter = typeof appRouter;
