/**
 * Child process: the product's server over the folder it is given, with limits that one machine's bench would meet. With
 * `seed` it makes the demo agency there and ends, so that the memory this takes is not the measured server's.
 */
import { startServer } from '@fieldfare/sync-server';
import { answerParent } from './child.ts';

const [dataDir = '', what] = process.argv.slice(2);
const open = { perSecond: 1e9, burst: 1e9 };
const flow = { frames: open, bytes: open };
const server = await startServer({
  port: 0,
  dataDir,
  webDir: null,
  ...(what === 'seed' ? { demo: 'small' } : {}),
  // A thousand people in one process are one person here.
  limits: { maxSocketsOfUser: 20_000, maxStrangers: 2_000, connection: flow, user: flow, tenant: flow },
});
if (what === 'seed') {
  await server.close();
  process.exit(0);
}
answerParent(server.url, () => server.close());
