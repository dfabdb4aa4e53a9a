import { defineModule } from '@fieldfare/kernel';
import { bundlesRouter } from './router.ts';
import { bundleSettings, careBundles, carePlans, planOverrides, serviceLines } from './tables.ts';

export { bundleChoices, type ChoiceRow, type ChoicesEvent, FOLLOWED_WEEKS } from './bundle-choices.ts';
export type { LineInput } from './commands.ts';
export {
  type LineChange,
  type OverrideView,
  type PlanLineView,
  type PlanSummary,
  type PlanView,
  type ServiceChoice,
  viewPlan,
} from './plan-view.ts';
export type { AxisWeek, PatientShift, SettingEffect, SettingEffectEvent } from './setting-effect.ts';
export type { DeliveryView, DemandLine, EffectView } from './sign.ts';
export type { PlanStatus } from './status.ts';
export * from './tables.ts';
export type {
  EnvelopeView,
  LineView,
  MatrixNames,
  ProposalView,
  ReviewView,
  ScenarioView,
  StreamView,
  TweakView,
} from './views.ts';

export const bundlesModule = defineModule({
  name: 'bundles',
  about: 'bundles chosen from scenarios, and the care plans whose lines become the scheduler’s requirements',
  tables: [careBundles, carePlans, serviceLines, planOverrides, bundleSettings],
  router: bundlesRouter,
});
