/** Templates that the product's own address serves, for databases in a browser. */
import { parseManifest, verifyTemplate } from './manifest.ts';

export interface TemplateAddress {
  /** Of the folder with `template.json`, ending in a slash. */
  readonly folder: string;
  readonly schemaHash: string;
}

/** Fetches and checks the prebuilt database. Null when there is none that fits: the database is then made from nothing. */
export async function fetchTemplate({ folder, schemaHash }: TemplateAddress): Promise<Blob | null> {
  try {
    const described = await fetch(new URL('template.json', folder));
    const manifest = described.ok ? parseManifest(await described.json()) : null;
    if (!manifest?.ok) return null;
    const response = await fetch(new URL(manifest.value.file, folder));
    if (!response.ok) return null;
    const verified = await verifyTemplate(new Uint8Array(await response.arrayBuffer()), manifest.value, schemaHash);
    return verified.ok ? verified.value : null;
  } catch {
    return null; // offline before the page was cached: slower, never wrong
  }
}
