export * from './assessments/index.ts';
export * from './bundles/index.ts';
export type { Database, PlatformColumns } from './database.ts';
export * from './identity/index.ts';
export * from './insights/index.ts';
export * from './orgs/index.ts';
export * from './partners/index.ts';
export * from './patients/index.ts';
export {
  type CommandInfo,
  type Context,
  callerFactory,
  type History,
  type HistoryState,
  mergeRouters,
  type ProcedureMeta,
  regionProcedure,
  router,
  type SyncPort,
  sessionProcedure,
  tenantProcedure,
  toTrpcError,
} from './procedure.ts';
export { type AppRouter, appRouter, derivations, modules, tables } from './registry.ts';
export * from './scenarios/index.ts';
export * from './scheduling/index.ts';
export type { TitledReport, TitledShard } from './sync/index.ts';
export * from './travel/index.ts';
export * from './workforce/index.ts';
