import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { unwrap } from '@fieldfare/kernel';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { counts, row, testTables } from '../../test/fixtures.ts';
import { schemaHash } from '../schema.ts';
import { openStore } from '../store.ts';
import { PGLITE_VERSION, type TemplateManifest, verifyTemplate } from './manifest.ts';
import { ensureTemplate, loadTemplateFromDisk, MANIFEST_FILE } from './node.ts';

const hash = schemaHash(testTables, [counts]);
let folder: string;
let manifest: TemplateManifest;
let bytes: Uint8Array<ArrayBuffer>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fieldfare-template-'));
  const made = await ensureTemplate(testTables, [counts], folder);
  expect(made.built).toBe(true);
  manifest = made.manifest;
  bytes = new Uint8Array(await readFile(join(folder, manifest.file)));
}, 60_000);
afterAll(() => rm(folder, { recursive: true }));

describe('template', () => {
  it('STO-TEMPLATE opens to the same content as a store made from nothing', async () => {
    const options = { tables: testTables, derivations: [counts] };
    const quick = await openStore({ ...options, template: unwrap(await loadTemplateFromDisk(hash, folder)) });
    const slow = await openStore(options);
    const rows = Array.from({ length: 150 }, (_, n) => row(`r-${n}`, { groupName: 'g', size: n }));
    await quick.project(rows, 1);
    await slow.project(rows, 1);
    expect(await quick.digest()).toEqual(await slow.digest());
    await quick.close();
    await slow.close();
  }, 30_000);

  it('STO-TEMPLATE-CHECKSUM refuses one changed byte, one missing byte', async () => {
    const bent = bytes.slice();
    bent[bent.length >> 1] = (bent[bent.length >> 1] ?? 0) ^ 1;
    for (const each of [bent, bytes.slice(0, -1)]) {
      expect(await verifyTemplate(each, manifest, hash)).toMatchObject({
        ok: false,
        problems: [{ code: 'corrupt', rule: 'STO-TEMPLATE-CHECKSUM' }],
      });
    }
  });

  it.each([
    ['another schema', { schemaHash: 'x' }, 'STO-TEMPLATE-SCHEMA'],
    ['another PGlite', { pgliteVersion: '0.0.1' }, 'STO-TEMPLATE-SCHEMA'],
    ['another format', { format: 0 }, 'STO-TEMPLATE-SCHEMA'],
    ['no manifest at all', { sha256: 'x' }, 'STO-TEMPLATE-MANIFEST'],
  ])('STO-TEMPLATE-SCHEMA refuses %s', async (_, change, rule) => {
    expect(await verifyTemplate(bytes, { ...manifest, ...change }, hash)).toMatchObject({
      ok: false,
      problems: [{ rule }],
    });
  });

  it('STO-TEMPLATE-FRESH is built again only when it no longer serves', async () => {
    expect((await ensureTemplate(testTables, [counts], folder)).built).toBe(false);
    expect((await loadTemplateFromDisk(hash, folder)).ok).toBe(true);
    await writeFile(join(folder, MANIFEST_FILE), '{ "cut sho');
    expect(await loadTemplateFromDisk(hash, folder)).toMatchObject({ ok: false, problems: [{ code: 'not-found' }] });
  });

  it('STO-TEMPLATE-VERSION knows the PGlite it is built with', async () => {
    const entry = createRequire(import.meta.url).resolve('@electric-sql/pglite');
    const packageJson: unknown = JSON.parse(await readFile(join(dirname(entry), '../package.json'), 'utf8'));
    expect(packageJson).toMatchObject({ version: PGLITE_VERSION });
  });
});
