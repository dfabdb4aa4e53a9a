/** Templates that the product's own address serves, for databases in a browser. */
import { parseManifest, type TemplateManifest, verifyTemplate } from './manifest.ts';

export interface FetchedTemplate {
  readonly manifest: TemplateManifest;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** The prebuilt database of a folder (address ending in a slash). Null when there is none: it is then made from nothing. */
export async function fetchTemplate(folder: string): Promise<FetchedTemplate | null> {
  try {
    const described = await fetch(new URL('template.json', folder));
    const manifest = described.ok ? parseManifest(await described.json()) : null;
    if (!manifest?.ok) return null;
    const response = await fetch(new URL(manifest.value.file, folder));
    if (!response.ok) return null;
    return { manifest: manifest.value, bytes: new Uint8Array(await response.arrayBuffer()) };
  } catch {
    return null; // offline before the page was cached: slower, never wrong
  }
}

/** Null when it is damaged or for another schema or build. */
export async function verifyFetched(
  { manifest, bytes }: FetchedTemplate,
  schemaHash: string,
): Promise<ArrayBuffer | null> {
  const verified = await verifyTemplate(bytes, manifest, schemaHash);
  return verified.ok ? bytes.buffer : null;
}
