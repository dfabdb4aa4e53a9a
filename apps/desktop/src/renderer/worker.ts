/** The worker that holds the working copy: journal, documents, engines, router. */
import { createBrowserHost } from '@fieldfare/workspace/worker';
import { expose } from 'comlink';

const startDatabase = (): Worker =>
  new Worker(new URL('./database-worker.ts', import.meta.url), { type: 'module', name: 'database' });

expose(createBrowserHost(new URL('/', self.location.href).href, startDatabase));
