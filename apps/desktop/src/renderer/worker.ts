/** The worker that holds the working copy: journal, documents, engines, router. */
import './start-database.ts'; // before all others: the database starts while they are being read
import { createBrowserHost } from '@fieldfare/workspace/worker';
import { expose } from 'comlink';
import { startDatabase } from './start-database.ts';

expose(createBrowserHost(startDatabase));
