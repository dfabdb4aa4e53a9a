/** The working copy behind the worker's messages: journal, documents, engines, router. */
import { createBrowserHost } from '@fieldfare/workspace/worker';
import { expose } from 'comlink';

/** `startDatabase`: see `createBrowserHost`. */
export const serveWorkspace = (startDatabase: () => Worker): void => expose(createBrowserHost(startDatabase));
