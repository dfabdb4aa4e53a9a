/** What stands beside a template's bytes, and the check before anybody opens them. */
import { fail, ok, problem, type Result } from '@fieldfare/kernel';
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import { z } from 'zod';

/** A data directory belongs to the PGlite that wrote it. Kept in step with package.json by a test. */
export const PGLITE_VERSION = '0.5.16';

/** Goes up when the way a template is made changes: older ones are made again. */
export const TEMPLATE_FORMAT = 1;

const manifestSchema = z.object({
  format: z.int(),
  /** Name of the bytes' file, beside the manifest. */
  file: z.string().regex(/^[a-z0-9.-]+$/),
  /** `schemaHash` of the tables and derivations. */
  schemaHash: z.string(),
  /** Of the file, hex. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  pgliteVersion: z.string(),
  bytes: z.int().positive(),
});
export type TemplateManifest = z.infer<typeof manifestSchema>;

/** By WebCrypto where there is one (it needs a secure origin), else in JavaScript. */
export async function sha256Hex(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const subtle = globalThis.crypto?.subtle;
  return bytesToHex(subtle ? new Uint8Array(await subtle.digest('SHA-256', bytes)) : sha256(bytes));
}

/** Whether a manifest's template serves this schema and this build. */
export function servesSchema(manifest: TemplateManifest, expectedSchemaHash: string): boolean {
  return (
    manifest.format === TEMPLATE_FORMAT &&
    manifest.pgliteVersion === PGLITE_VERSION &&
    manifest.schemaHash === expectedSchemaHash
  );
}

export async function describeTemplate(
  bytes: Uint8Array<ArrayBuffer>,
  schemaHash: string,
  file: string,
): Promise<TemplateManifest> {
  return {
    format: TEMPLATE_FORMAT,
    file,
    schemaHash,
    sha256: await sha256Hex(bytes),
    pgliteVersion: PGLITE_VERSION,
    bytes: bytes.byteLength,
  };
}

/** A manifest read from a file or fetched. */
export function parseManifest(value: unknown): Result<TemplateManifest> {
  const parsed = manifestSchema.safeParse(value);
  return parsed.success
    ? ok(parsed.data)
    : fail(problem('corrupt', 'the template’s manifest is not readable', { rule: 'STO-TEMPLATE-MANIFEST' }));
}

/**
 * Whether the bytes are what the manifest says, for this schema, or why not: `unsupported` for another schema or PGlite, `corrupt` for damage.
 * The caller then opens without a template, which is slower and never wrong.
 */
export async function verifyTemplate(
  bytes: Uint8Array<ArrayBuffer>,
  manifest: TemplateManifest,
  expectedSchemaHash: string,
): Promise<Result<void>> {
  const parsed = parseManifest(manifest);
  if (!parsed.ok) return parsed;
  if (!servesSchema(parsed.value, expectedSchemaHash)) {
    return fail(problem('unsupported', 'the template is for another schema or build', { rule: 'STO-TEMPLATE-SCHEMA' }));
  }
  if (bytes.byteLength !== parsed.value.bytes || (await sha256Hex(bytes)) !== parsed.value.sha256) {
    return fail(problem('corrupt', 'the template’s bytes fail their checksum', { rule: 'STO-TEMPLATE-CHECKSUM' }));
  }
  return ok(undefined);
}
