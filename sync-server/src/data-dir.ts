/**
 * The data directory and the secrets in it. Layout:
 *   server.key      root key, 32 random bytes in base64 (absent when FIELDFARE_DATA_KEY gives it)
 *   token.key       Ed25519 private key (PKCS 8 PEM) that signs access tokens
 *   accounts/       accounts, devices, sessions, tenants; its lock is the lock of the whole directory
 *   tenants/<id>/   one journal a tenant
 *   travel/         answers of a maps service, kept for a while
 *   control.sock    where `server user …` talks to the running server
 * Directories are 0700 and secrets 0600. Every other key is derived from the root key by HKDF.
 */
import { createHash, createPrivateKey, generateKeyPairSync, hkdfSync, type KeyObject } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { link, open, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { fail, ok, problem, type Random, type Result } from '@fieldfare/kernel';

const KEY_BYTES = 32;

export interface DataDir {
  readonly root: string;
  readonly accounts: string;
  readonly control: string;
  readonly travel: string;
  tenant(id: string): string;
}

/** Creates the directory when there is none. */
export function dataDirAt(root: string): DataDir {
  mkdirSync(join(root, 'tenants'), { recursive: true, mode: 0o700 });
  chmodSync(root, 0o700);
  return {
    root,
    accounts: join(root, 'accounts'),
    control: join(root, 'control.sock'),
    travel: join(root, 'travel'),
    tenant: (id) => join(root, 'tenants', id),
  };
}

/** Writes a secret so that after a crash the file is whole or absent; never overwrites. */
async function writeSecret(path: string, text: string): Promise<void> {
  const draft = `${path}.new`;
  const file = await open(draft, 'w', 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await link(draft, path); // fails when the name is taken, unlike rename
  await unlink(draft);
  const dir = await open(join(path, '..'), 'r');
  await dir.sync().finally(() => dir.close());
}

/** A secret that others on the machine can read is no secret: it is closed to them again. */
function closeToOthers(path: string): void {
  if (process.platform !== 'win32' && (statSync(path).mode & 0o077) !== 0) chmodSync(path, 0o600);
}

function decodeKey(text: string): Result<Uint8Array> {
  const bytes = new Uint8Array(Buffer.from(text.trim(), 'base64'));
  if (bytes.length === KEY_BYTES) return ok(bytes);
  return fail(
    problem('invalid', 'the data key must be 32 bytes in base64', {
      rule: 'SRV-DATA-KEY',
      params: { bytes: bytes.length },
    }),
  );
}

/**
 * The root key: `given` (FIELDFARE_DATA_KEY), else server.key, made at the first start. Never made anew over
 * data that some other key sealed. The directory's lock must be held.
 */
export async function rootKey(dir: DataDir, random: Random, given: string | undefined): Promise<Result<Uint8Array>> {
  if (given !== undefined && given !== '') return decodeKey(given);
  const path = join(dir.root, 'server.key');
  if (existsSync(path)) {
    closeToOthers(path);
    return decodeKey(readFileSync(path, 'utf8'));
  }
  const holdsData =
    readdirSync(join(dir.root, 'tenants')).length > 0 || existsSync(join(dir.accounts, 'accounts.snapshot'));
  if (holdsData) {
    return fail(
      problem(
        'corrupt',
        'this data directory holds data but no server.key: restore the key or set FIELDFARE_DATA_KEY',
        {
          rule: 'SRV-DATA-KEY',
        },
      ),
    );
  }
  const key = random.bytes(KEY_BYTES);
  await writeSecret(path, `${Buffer.from(key).toString('base64')}\n`);
  return ok(key);
}

/** The root key of a directory that may be in use: nothing is made or changed. */
export function readDataKey(root: string, given: string | undefined, file = 'server.key'): Result<Uint8Array> {
  if (given !== undefined && given !== '') return decodeKey(given);
  const path = join(root, file);
  if (existsSync(path)) return decodeKey(readFileSync(path, 'utf8'));
  return fail(problem('not-found', `the data key is needed: ${path} or FIELDFARE_DATA_KEY`, { rule: 'SRV-DATA-KEY' }));
}

/** The key that signs access tokens. The directory's lock must be held. */
export async function signingKey(dir: DataDir): Promise<KeyObject> {
  const path = join(dir.root, 'token.key');
  if (!existsSync(path)) {
    const { privateKey } = generateKeyPairSync('ed25519');
    await writeSecret(path, privateKey.export({ type: 'pkcs8', format: 'pem' }).toString());
  }
  closeToOthers(path);
  return createPrivateKey(readFileSync(path, 'utf8'));
}

/** PKCS 8 before the 32 bytes of an Ed25519 private key (RFC 8410). */
const ED25519_HEAD = Buffer.from('302e020100300506032b657004220420', 'hex');

/** The same on every process that has the root key. */
export const sharedSigningKey = (root: Uint8Array): KeyObject =>
  createPrivateKey({
    key: Buffer.concat([ED25519_HEAD, deriveKey(root, 'token-signing')]),
    format: 'der',
    type: 'pkcs8',
  });

/** Tells whether a root key is some data's, and nothing else about it. */
export const keyMark = (root: Uint8Array): string =>
  createHash('sha256').update(deriveKey(root, 'backup')).digest('hex').slice(0, 32);

/** One key a purpose, so that no two uses share one. */
export function deriveKey(root: Uint8Array, purpose: string): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', root, new Uint8Array(0), `fieldfare/${purpose}`, KEY_BYTES));
}
