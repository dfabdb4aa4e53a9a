export { type Bell, createBell } from './live.ts';
export type { PGliteAssets } from './pglite.ts';
export { schemaHash } from './schema.ts';
export { openStore } from './store.ts';
export { buildTemplate } from './template/build.ts';
export * from './types.ts';
