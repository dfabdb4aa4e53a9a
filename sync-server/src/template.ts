/** The projection's prebuilt database, from the folders where a build leaves it. Absent or stale: built from nothing. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { derivations, tables } from '@fieldfare/domain';
import { schemaHash, type TemplateManifest, verifyTemplate } from '@fieldfare/store';

export async function findTemplate(folders: readonly string[]): Promise<Blob | null> {
  const expected = await schemaHash(tables, derivations);
  for (const folder of folders) {
    const manifestPath = join(folder, 'template.json');
    if (!existsSync(manifestPath)) continue;
    try {
      const manifest = JSON.parse(await readFile(manifestPath, 'utf8')) as TemplateManifest;
      const bytes = new Uint8Array(await readFile(join(folder, manifest.file)));
      const verified = await verifyTemplate(bytes, manifest, expected);
      if (verified.ok) return verified.value;
    } catch {
      // a half-written build: the next folder, or none
    }
  }
  return null;
}
