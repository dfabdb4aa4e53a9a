/** What the workspace's worker reads first, and small: the database starts to load while the rest is being read. */
import { startDatabase } from './start-database.ts';

/** The page's questions that come before there is anybody to answer. */
const early: MessageEvent[] = [];
const keep = (event: MessageEvent): void => {
  early.push(event);
};
self.addEventListener('message', keep);

import('./workspace-host.ts').then(
  ({ serveWorkspace }) => {
    self.removeEventListener('message', keep);
    serveWorkspace(startDatabase);
    for (const { data, ports } of early) self.dispatchEvent(new MessageEvent('message', { data, ports: [...ports] }));
  },
  // Thrown outside the promise, so that the page hears of it.
  (error) => setTimeout(() => reportError(error)),
);
