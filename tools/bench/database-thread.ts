/** A database in a thread of its own under Node, as the app's `database-worker.ts` is one in a browser. */
import { type MessagePort, workerData } from 'node:worker_threads';
import { type Endpoint, fetchTemplate, serveDatabase } from '@fieldfare/store/database-thread';

export interface DatabaseThreadData {
  readonly port: MessagePort;
  /** Address of the folder that serves the template. */
  readonly folder: string;
}

const { port, folder } = workerData as DatabaseThreadData;
// Node's ports are those of browsers; only their types differ.
serveDatabase({ template: fetchTemplate(folder) }, port as unknown as Endpoint);
