export type { SqlEngine } from './engine.ts';
export { rebuildAndCompare } from './rebuild.ts';
export { fieldStamp, schemaHash } from './schema.ts';
export { openingStore, openStore, topicOf } from './store.ts';
export { buildTemplate } from './template/build.ts';
export {
  describeTemplate,
  PGLITE_VERSION,
  parseManifest,
  type TemplateManifest,
  verifyTemplate,
} from './template/manifest.ts';
export { openRemoteEngine, type RemoteEngineOptions } from './thread/remote-engine.ts';
export * from './types.ts';
