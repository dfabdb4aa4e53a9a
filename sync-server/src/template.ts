/** The projection's prebuilt database, from the folders where a build leaves it. Absent or stale: built from nothing. */
import { derivations, tables } from '@fieldfare/domain';
import { schemaHash } from '@fieldfare/store';
import { loadTemplateFromDisk } from '@fieldfare/store/template-node';

export async function findTemplate(folders: readonly string[]): Promise<Blob | null> {
  const expected = schemaHash(tables, derivations);
  for (const folder of folders) {
    const found = await loadTemplateFromDisk(expected, folder);
    if (found.ok) return found.value;
  }
  return null;
}
