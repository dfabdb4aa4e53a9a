/** The worker that holds the working copy: journal, documents, projection, engines, router. */
import { createBrowserHost } from '@fieldfare/workspace/worker';
import { expose } from 'comlink';

expose(createBrowserHost(new URL('/', self.location.href).href));
