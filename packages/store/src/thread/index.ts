export type { Endpoint } from 'comlink';
export { fetchTemplate } from '../template/fetch.ts';
export { type DatabaseParts, serveDatabase } from './serve.ts';
