/** What the workspace's worker reads first: the database starts to load while the rest is being read. */
import { serveLater } from './serve-later.ts';
import { startDatabase } from './start-database.ts';

serveLater(import('./workspace-host.ts'), ({ serveWorkspace }) => serveWorkspace(startDatabase));
