export {
  buildDemoAgency,
  DEMO_SEED,
  type DemoAgency,
  type DemoOptions,
  type DemoSize,
} from './agency.ts';
export type { DemoCounts } from './describe.ts';
export { DEMO_NAME, type DemoAccount } from './organisation.ts';
export type { DemoRows } from './rows.ts';
