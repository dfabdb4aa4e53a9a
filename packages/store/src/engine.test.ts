/** PGlite, in this thread and over a port in another. */
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { unwrap } from '@fieldfare/kernel';
import { beforeAll, expect, it } from 'vitest';
import { counts, testTables } from '../test/fixtures.ts';
import { TEMPLATE_CACHE } from '../test/template-cache.ts';
import { engineOver, type SqlEngine } from './engine.ts';
import { describeEngine } from './engine-suite.ts';
import { openPGlite } from './pglite.ts';
import { schemaHash } from './schema.ts';
import { fetchTemplate } from './template/fetch.ts';
import { ensureTemplate, loadTemplateFromDisk } from './template/node.ts';
import { openRemoteEngine } from './thread/remote-engine.ts';
import { serveDatabase } from './thread/serve.ts';

const hash = schemaHash(testTables, [counts]);

async function inThisThread(): Promise<SqlEngine> {
  return engineOver(
    await openPGlite({ template: unwrap(await loadTemplateFromDisk(hash, TEMPLATE_CACHE)).arrayBuffer() }),
  );
}

/** Both ends of a port, and the template over HTTP as in a browser. */
async function overAPort(schemaHash = hash): Promise<SqlEngine> {
  const server = createServer((request, response) => {
    readFile(join(TEMPLATE_CACHE, request.url ?? '')).then(
      (bytes) => response.end(bytes),
      () => response.writeHead(404).end(),
    );
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port1, port2 } = new MessageChannel();
  const folder = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  serveDatabase({ template: fetchTemplate(folder) }, port1);
  return openRemoteEngine({
    endpoint: port2,
    schemaHash,
    terminate() {
      port1.close();
      port2.close();
      server.close();
      server.closeAllConnections();
    },
  });
}

beforeAll(() => ensureTemplate(testTables, [counts], TEMPLATE_CACHE), 60_000);

describeEngine('in this thread', inThisThread);
describeEngine('over a port', () => overAPort());

it('STO-TEMPLATE-SCHEMA: a thread whose template is for another schema opens an empty database', async () => {
  const engine = await overAPort('another');
  const { rows } = await engine.query("select 1 from information_schema.tables where table_schema = 'public'");
  expect(rows).toEqual([]);
  await engine.close();
}, 30_000);
