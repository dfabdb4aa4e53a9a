/**
 * Child process: Hocuspocus with its database extension over files. It keeps documents in memory, answers after applying,
 * and stores a whole document when it has been still for a while (its defaults: 2 s, at the latest after 10 s).
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Database } from '@hocuspocus/extension-database';
import { Server } from '@hocuspocus/server';
import { answerParent } from './child.ts';

const folder = mkdtempSync(join(tmpdir(), 'ff-hocuspocus-'));
const fileOf = (documentName: string): string => join(folder, encodeURIComponent(documentName));

const server = new Server({
  port: 0,
  address: '127.0.0.1',
  quiet: true,
  stopOnSignals: false,
  extensions: [
    new Database({
      fetch: ({ documentName }) => readFile(fileOf(documentName)).catch(() => null),
      store: ({ documentName, state }) => writeFile(fileOf(documentName), state),
    }),
  ],
});
await server.listen();
answerParent(`http://127.0.0.1:${server.address.port}`, async () => {
  await server.destroy();
  rmSync(folder, { recursive: true, force: true });
});
