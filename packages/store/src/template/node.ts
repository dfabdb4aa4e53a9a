/** Templates on disk, for processes that run on Node. */
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type AnyTable, fail, ok, problem, type Result } from '@fieldfare/kernel';
import { schemaHash } from '../schema.ts';
import type { Derivation } from '../types.ts';
import { buildTemplate } from './build.ts';
import { describeTemplate, parseManifest, servesSchema, type TemplateManifest, verifyTemplate } from './manifest.ts';

/** Where builds leave the template: `packages/store/template`, not in git. */
export const TEMPLATE_FOLDER = join(dirname(fileURLToPath(import.meta.url)), '../../template');
export const MANIFEST_FILE = 'template.json';
const TEMPLATE_FILE = 'template.tar';

async function readManifest(folder: string): Promise<TemplateManifest | null> {
  try {
    const parsed = parseManifest(JSON.parse(await readFile(join(folder, MANIFEST_FILE), 'utf8')));
    return parsed.ok ? parsed.value : null;
  } catch {
    return null; // none yet, or a build that was cut short
  }
}

/** The verified template of a folder, ready for `StoreOptions.template`. `not-found` when there is none. */
export async function loadTemplateFromDisk(
  expectedSchemaHash: string,
  folder: string = TEMPLATE_FOLDER,
): Promise<Result<Blob>> {
  const missing = problem('not-found', 'no template has been built', { rule: 'STO-TEMPLATE-MISSING' });
  const manifest = await readManifest(folder);
  if (manifest === null) return fail(missing);
  try {
    const bytes = new Uint8Array(await readFile(join(folder, manifest.file)));
    const verified = await verifyTemplate(bytes, manifest, expectedSchemaHash);
    return verified.ok ? ok(new Blob([bytes], { type: 'application/x-tar' })) : verified;
  } catch {
    return fail(missing);
  }
}

/** Makes the template unless the folder holds a sound one for this schema and PGlite. */
export async function ensureTemplate(
  tables: ReadonlyMap<string, AnyTable>,
  derivations: readonly Derivation[] = [],
  folder: string = TEMPLATE_FOLDER,
): Promise<{ readonly manifest: TemplateManifest; readonly built: boolean }> {
  const expected = schemaHash(tables, derivations);
  const current = await readManifest(folder);
  if (current && servesSchema(current, expected) && (await loadTemplateFromDisk(expected, folder)).ok) {
    return { manifest: current, built: false };
  }
  const bytes = await buildTemplate(tables, derivations);
  const manifest = await describeTemplate(bytes, expected, TEMPLATE_FILE);
  await mkdir(folder, { recursive: true });
  // The manifest goes last and both by rename: a reader sees the old pair, or a pair whose checksum says no.
  for (const [name, content] of [
    [TEMPLATE_FILE, bytes],
    [MANIFEST_FILE, `${JSON.stringify(manifest, null, 2)}\n`],
  ] as const) {
    const part = join(folder, `${name}.${process.pid}.part`);
    await writeFile(part, content);
    await rename(part, join(folder, name));
  }
  return { manifest, built: true };
}
