/**
 * A data directory as one tar file, taken while the server runs, and back again.
 *
 *  SRV-BACKUP-WHOLE    a backup holds everything that was acknowledged before it began: what is written only
 *                      grows, and is rewritten before it is removed, so a copy is what a crash at that moment would have left
 *  SRV-BACKUP-SEALED   it holds sealed bytes only, as they stand on disk; neither `server.key` nor `token.key`
 *  SRV-BACKUP-CHECKED  restoring compares every file with the checksums of the backup's manifest and with the key, takes
 *                      no file a server would not have written, and leaves either all or nothing
 */
import { createHash, type Hash, randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream, existsSync } from 'node:fs';
import { copyFile, type FileHandle, mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type Clock, fail, ok, problem, type Result } from '@fieldfare/kernel';
import { extract, pack } from 'tar-stream';
import { z } from 'zod';
import { keyMark, readDataKey } from './data-dir.ts';

const FORMAT = 1;
const MANIFEST = 'manifest.json';
/** Everything that a server writes and that a backup needs. */
const KNOWN = [
  /^accounts\/accounts\.snapshot$/,
  /^accounts\/accounts-\d+\.log$/,
  /^tenants\/[0-9a-f-]{36}\/(?:segment|quarantine)-[0-9-]+\.(?:ffj|bin)$/,
];
/** The account store is rewritten now and then; a copy across that is begun again. */
const ATTEMPTS = 5;

const manifestSchema = z.object({
  format: z.literal(FORMAT),
  takenAt: z.string(),
  /** Tells whether a root key is this data's, and nothing else about it. */
  key: z.string(),
  files: z.array(z.object({ name: z.string(), bytes: z.int().min(0), sha256: z.string() })),
});
type Manifest = z.infer<typeof manifestSchema>;

/** What a backup or a restore handled. */
export interface BackupSummary {
  readonly files: number;
  readonly bytes: number;
  readonly takenAt: string;
}

const refused = (message: string, rule = 'SRV-BACKUP'): Result<never> => fail(problem('invalid', message, { rule }));

const filesIn = async (folder: string): Promise<readonly string[]> =>
  existsSync(folder) ? (await readdir(folder)).sort() : [];

// ---- taking -----------------------------------------------------------------------------------------------------

interface Part {
  readonly name: string;
  /** What the file was long when the backup began. */
  readonly bytes: number;
  /** Small files that are replaced as a whole are read at once; the others are held open, so that none can vanish. */
  readonly source: Buffer | FileHandle;
}

/** Snapshot and log that belong together: the snapshot must be the same before and after the log was measured. */
async function accountParts(dataDir: string): Promise<readonly Part[] | null> {
  const folder = join(dataDir, 'accounts');
  const read = () => readFile(join(folder, 'accounts.snapshot'));
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const before = await read();
    const logs: Part[] = [];
    for (const file of await filesIn(folder)) {
      if (!file.endsWith('.log')) continue;
      const content = await readFile(join(folder, file)).catch(() => null); // dropped meanwhile
      if (content) logs.push({ name: `accounts/${file}`, bytes: content.length, source: content });
    }
    if (before.equals(await read())) {
      return [{ name: 'accounts/accounts.snapshot', bytes: before.length, source: before }, ...logs];
    }
  }
  return null;
}

/**
 * A journal's files as they are now. Compaction writes what it keeps into later files before it removes earlier ones, so
 * whatever stands here in order of names is what a crash at some moment would have left.
 */
async function journalParts(dataDir: string, tenant: string): Promise<readonly Part[] | null> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const parts: (Part & { readonly source: FileHandle })[] = [];
    try {
      for (const file of await filesIn(join(dataDir, 'tenants', tenant))) {
        const name = `tenants/${tenant}/${file}`;
        if (!isKnown(name)) continue;
        const source = await open(join(dataDir, name), 'r');
        parts.push({ name, bytes: (await source.stat()).size, source });
      }
      return parts;
    } catch (error) {
      await release(parts); // one was removed between its name and its opening: look again
      if ((error as { code?: unknown }).code !== 'ENOENT') throw error;
    }
  }
  return null;
}

async function release(parts: readonly Part[]): Promise<void> {
  for (const { source } of parts) if (!Buffer.isBuffer(source)) await source.close();
}

const isKnown = (name: string): boolean => KNOWN.some((pattern) => pattern.test(name));

/** The first `bytes` of a part, hashed on the way. */
async function* contentOf({ source, bytes }: Part, hash: Hash): AsyncGenerator<Buffer> {
  const chunks: AsyncIterable<Buffer> | Iterable<Buffer> = Buffer.isBuffer(source)
    ? [source]
    : bytes === 0
      ? []
      : source.createReadStream({ start: 0, end: bytes - 1, autoClose: false });
  for await (const chunk of chunks) {
    hash.update(chunk);
    yield chunk;
  }
}

/** Everything a backup holds, oldest first: accounts before journals, for a journal without its tenant is lost. */
async function partsOf(dataDir: string): Promise<Result<readonly Part[]>> {
  const parts: Part[] = [];
  const busy = async (what: string): Promise<Result<never>> => {
    await release(parts);
    return fail(problem('busy', `${what} too fast to copy; try again`, { rule: 'SRV-BACKUP' }));
  };
  const accounts = await accountParts(dataDir);
  if (accounts === null) return busy('the accounts change');
  parts.push(...accounts);
  for (const tenant of await filesIn(join(dataDir, 'tenants'))) {
    const journal = await journalParts(dataDir, tenant);
    if (journal === null) return busy('a journal is rewritten');
    parts.push(...journal);
  }
  return ok(parts);
}

/** Writes `to`, which must not exist; it appears whole or not at all. The data directory may be in use. */
export async function takeBackup(options: {
  readonly dataDir: string;
  readonly to: string;
  readonly dataKey: string | undefined;
  readonly clock: Clock;
}): Promise<Result<BackupSummary>> {
  const { dataDir, to, clock } = options;
  if (existsSync(to)) return refused(`there is a file ${to} already`);
  if (!existsSync(join(dataDir, 'accounts', 'accounts.snapshot'))) return refused(`${dataDir} holds no server's data`);
  const key = readDataKey(dataDir, options.dataKey);
  if (!key.ok) return key;
  const found = await partsOf(dataDir);
  if (!found.ok) return found;
  const parts = found.value;

  const archive = pack();
  const takenAt = new Date(clock.now()).toISOString();
  const files: Manifest['files'] = [];
  const draft = join(dirname(to), `.${basename(to)}.${randomUUID()}.part`);
  const fill = async (): Promise<void> => {
    for (const part of parts) {
      const hash = createHash('sha256');
      const entry = archive.entry({ name: part.name, size: part.bytes, mode: 0o600 });
      await pipeline(Readable.from(contentOf(part, hash)), entry);
      files.push({ name: part.name, bytes: part.bytes, sha256: hash.digest('hex') });
    }
    const manifest: Manifest = { format: FORMAT, takenAt, key: keyMark(key.value), files };
    archive.entry({ name: MANIFEST, mode: 0o600 }, JSON.stringify(manifest, null, 1));
    archive.finalize();
  };
  try {
    await Promise.all([fill(), pipeline(archive, createWriteStream(draft, { mode: 0o600, flags: 'wx', flush: true }))]);
    await rename(draft, to);
    await syncFolder(dirname(to));
  } catch (error) {
    archive.destroy();
    await rm(draft, { force: true });
    return fail(
      problem('storage-failed', `the backup could not be written: ${reasonOf(error)}`, { rule: 'SRV-BACKUP' }),
    );
  } finally {
    await release(parts);
  }
  return ok({ files: files.length, bytes: files.reduce((sum, { bytes }) => sum + bytes, 0), takenAt });
}

// ---- giving back ------------------------------------------------------------------------------------------------

/** `dataDir` must not exist or be empty; it is there whole or not at all. With `keyFile` the root key is put in place. */
export async function restoreBackup(options: {
  readonly from: string;
  readonly dataDir: string;
  readonly keyFile: string | undefined;
  readonly dataKey: string | undefined;
}): Promise<Result<BackupSummary>> {
  const { from, dataDir, keyFile } = options;
  if ((await filesIn(dataDir)).length > 0) return refused(`${dataDir} is not empty`);
  const key =
    keyFile !== undefined
      ? readDataKey(dirname(keyFile), undefined, basename(keyFile))
      : options.dataKey
        ? readDataKey(dataDir, options.dataKey)
        : null;
  if (key !== null && !key.ok) return key;
  const draft = `${dataDir}.${randomUUID()}.part`;
  try {
    await mkdir(join(draft, 'tenants'), { recursive: true, mode: 0o700 });
    const found = new Map<string, { readonly bytes: number; readonly sha256: string }>();
    let manifest: Manifest | null = null;
    const reader = extract();
    const unpack = async (): Promise<Result<void>> => {
      for await (const entry of reader) {
        const { name } = entry.header;
        const content = entry as unknown as AsyncIterable<Buffer>;
        if (name === MANIFEST) {
          const parsed = manifestSchema.safeParse(parseJson(await textOf(content)));
          if (!parsed.success) return refused('this backup is of another version, or no backup');
          manifest = parsed.data;
        } else if (entry.header.type === 'file' && isKnown(name) && !found.has(name)) {
          found.set(name, await place(draft, name, content));
        } else return refused(`this is no backup: it holds ${JSON.stringify(name)}`);
      }
      return ok(undefined);
    };
    // Whoever stops unpacking tears the reading off: what it found out is what counts.
    const [unpacked, read] = await Promise.allSettled([unpack(), pipeline(createReadStream(from), reader)]);
    if (unpacked.status === 'rejected') throw unpacked.reason;
    if (unpacked.value.ok && read.status === 'rejected') throw read.reason;
    const checked = unpacked.value.ok ? check(manifest, found) : unpacked.value;
    if (!checked.ok) return await dropped(draft, checked);
    if (key !== null && keyMark(key.value) !== checked.value.key) {
      return await dropped(draft, refused('the key is not this backup’s', 'SRV-DATA-KEY'));
    }
    if (keyFile !== undefined) await copyFile(keyFile, join(draft, 'server.key'));
    await syncTree(draft);
    await rm(dataDir, { recursive: true, force: true }); // empty, or not there
    await rename(draft, dataDir);
    await syncFolder(dirname(dataDir));
    const { files, takenAt } = checked.value;
    return ok({ files: files.length, bytes: files.reduce((sum, { bytes }) => sum + bytes, 0), takenAt });
  } catch (error) {
    return await dropped(
      draft,
      fail(problem('corrupt', `the backup could not be read: ${reasonOf(error)}`, { rule: 'SRV-BACKUP' })),
    );
  }
}

function check(
  manifest: Manifest | null,
  found: ReadonlyMap<string, { readonly bytes: number; readonly sha256: string }>,
): Result<Manifest> {
  if (manifest === null) return refused('the backup is not whole: it has no manifest');
  for (const { name, bytes, sha256 } of manifest.files) {
    const file = found.get(name);
    if (file?.bytes !== bytes || file.sha256 !== sha256) return refused(`the backup is damaged: ${name}`);
  }
  if (found.size !== manifest.files.length) return refused('the backup holds files that its manifest does not name');
  return ok(manifest);
}

async function place(
  folder: string,
  name: string,
  content: AsyncIterable<Buffer>,
): Promise<{ readonly bytes: number; readonly sha256: string }> {
  const path = join(folder, name);
  const hash = createHash('sha256');
  let bytes = 0;
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const counted = async function* (): AsyncGenerator<Buffer> {
    for await (const chunk of content) {
      hash.update(chunk);
      bytes += chunk.length;
      yield chunk;
    }
  };
  await pipeline(Readable.from(counted()), createWriteStream(path, { mode: 0o600, flags: 'wx', flush: true }));
  return { bytes, sha256: hash.digest('hex') };
}

async function dropped(draft: string, result: Result<never>): Promise<Result<never>> {
  await rm(draft, { recursive: true, force: true });
  return result;
}

async function textOf(content: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of content) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  await folder.sync().finally(() => folder.close());
}

async function syncTree(root: string): Promise<void> {
  for (const entry of await readdir(root, { withFileTypes: true, recursive: true })) {
    if (entry.isDirectory()) await syncFolder(join(entry.parentPath, entry.name));
  }
  await syncFolder(root);
}

const reasonOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : error instanceof Error ? error.message : 'unknown';
