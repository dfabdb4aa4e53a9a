/**
 * Every module's tables and row types, without routers or queries: for adapters at the edge (imports, demo data)
 * that work on plain rows and must stay light enough for a worker.
 */
export * from './assessments/tables.ts';
export * from './bundles/tables.ts';
export * from './identity/tables.ts';
export * from './orgs/tables.ts';
export * from './partners/tables.ts';
export * from './patients/tables.ts';
export * from './scheduling/tables.ts';
export * from './travel/tables.ts';
export * from './workforce/tables.ts';
