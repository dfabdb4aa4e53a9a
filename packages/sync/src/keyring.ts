/**
 * The key of a device's data. A random data key encrypts the journal; the keyring holds it wrapped under the password,
 * so that a change of password rewrites one small file and no data.
 *
 *  KEY-PASSWORD  a wrong password opens nothing and says so
 *  KEY-FILE      a damaged keyring is told apart from a wrong password
 *  KEY-COST      Argon2id costs stand in the file, between a floor (no downgrade) and a ceiling (no exhaustion)
 */

import { fail, invariant, ok, type Problem, problem, type Random, type Result } from '@fieldfare/kernel';
import { xchacha20poly1305 } from '@noble/ciphers/chacha.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { argon2id } from 'hash-wasm';
import { z } from 'zod';
import { crc32c } from './journal/crc32c.ts';

const KEY_BYTES = 32;
const NONCE = 24;
const SALT = 16;
/** OWASP's first choice for Argon2id: 19 MiB, two passes, one lane. */
const COST = { memoryKiB: 19 * 1024, iterations: 2, parallelism: 1 } as const;
const HIGHEST = { memoryKiB: 256 * 1024, iterations: 10, parallelism: 4 } as const;

const hex = (bytes: number) => z.string().regex(new RegExp(`^[0-9a-f]{${bytes * 2}}$`));

/** What stands in `keyring.json`. Holds no secret that is not wrapped. */
const keyringFile = z.strictObject({
  format: z.literal('fieldfare-keyring'),
  version: z.literal(1),
  kdf: z.strictObject({
    name: z.literal('argon2id'),
    memoryKiB: z.int(),
    iterations: z.int(),
    parallelism: z.int(),
    salt: hex(SALT),
  }),
  keyId: hex(8),
  /** Nonce and ciphertext of the data key. */
  wrapped: hex(NONCE + KEY_BYTES + 16),
  /** CRC-32C of all the above: damage is no wrong password. */
  check: hex(4),
});

export type KeyringFile = z.infer<typeof keyringFile>;

const text = new TextEncoder();
const toHex = (bytes: Uint8Array): string => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
const fromHex = (value: string): Uint8Array =>
  Uint8Array.from({ length: value.length / 2 }, (_, i) => Number.parseInt(value.slice(2 * i, 2 * i + 2), 16));

/** Names a key without telling anything about it: eight bytes of a hash. Stands in every journal segment. */
export function keyIdOf(key: Uint8Array): Uint8Array {
  invariant(key.length === KEY_BYTES, 'a data key has 32 bytes');
  const label = text.encode('fieldfare key id 1\0');
  const input = new Uint8Array(label.length + key.length);
  input.set(label);
  input.set(key, label.length);
  return sha256(input).slice(0, 8);
}

type Unchecked = Omit<KeyringFile, 'check'>;

/** The fields in fixed order, whatever the order in the file. */
const canonical = ({ format, version, kdf, keyId }: Unchecked): string =>
  JSON.stringify([format, version, kdf.name, kdf.memoryKiB, kdf.iterations, kdf.parallelism, kdf.salt, keyId]);

const checkOf = (file: Unchecked): string =>
  crc32c(text.encode(canonical(file) + file.wrapped))
    .toString(16)
    .padStart(8, '0');

/** Passwords typed on different systems differ in their Unicode form, not in what the person means. */
async function passwordKey(password: string, kdf: KeyringFile['kdf']): Promise<Uint8Array> {
  return argon2id({
    password: text.encode(`fieldfare\0${password.normalize('NFKC')}`),
    salt: fromHex(kdf.salt),
    memorySize: kdf.memoryKiB,
    iterations: kdf.iterations,
    parallelism: kdf.parallelism,
    hashLength: KEY_BYTES,
    outputType: 'binary',
  });
}

async function wrap(dataKey: Uint8Array, password: string, random: Random): Promise<KeyringFile> {
  const kdf = { name: 'argon2id', ...COST, salt: toHex(random.bytes(SALT)) } as const;
  const head = { format: 'fieldfare-keyring', version: 1, kdf, keyId: toHex(keyIdOf(dataKey)) } as const;
  const key = await passwordKey(password, kdf);
  const wrapped = toHex(sealBytes(key, dataKey, text.encode(canonical({ ...head, wrapped: '' })), random));
  return { ...head, wrapped, check: checkOf({ ...head, wrapped }) };
}

/** A new data key and the file that keeps it. About 50 ms of Argon2id, as any unlocking. */
export async function createKeyring(
  password: string,
  random: Random,
): Promise<{ readonly keyring: KeyringFile; readonly dataKey: Uint8Array }> {
  const dataKey = random.bytes(KEY_BYTES);
  return { keyring: await wrap(dataKey, password, random), dataKey };
}

/**
 * The data key. `file` is whatever was parsed from disk. Problems: `unauthenticated` KEY-PASSWORD, `corrupt` KEY-FILE,
 * `unsupported` KEY-COST.
 */
export async function unlockKeyring(file: unknown, password: string): Promise<Result<Uint8Array>> {
  const parsed = keyringFile.safeParse(file);
  if (!parsed.success || parsed.data.check !== checkOf(parsed.data)) return fail(DAMAGED);
  const { kdf, wrapped, keyId } = parsed.data;
  for (const name of ['memoryKiB', 'iterations', 'parallelism'] as const) {
    if (kdf[name] < COST[name] || kdf[name] > HIGHEST[name]) {
      return fail(
        problem('unsupported', 'The key file asks for a password check outside of the permitted cost.', {
          rule: 'KEY-COST',
          params: { [name]: kdf[name], least: COST[name], most: HIGHEST[name] },
        }),
      );
    }
  }
  const key = await passwordKey(password, kdf);
  const opened = openBytes(key, fromHex(wrapped), text.encode(canonical(parsed.data)));
  if (!opened.ok) return fail(problem('unauthenticated', 'The password is wrong.', { rule: 'KEY-PASSWORD' }));
  return toHex(keyIdOf(opened.value)) === keyId ? opened : fail(DAMAGED);
}

/** The same data key under another password, with a fresh salt and today's costs. */
export async function rewrapKeyring(
  file: unknown,
  oldPassword: string,
  newPassword: string,
  random: Random,
): Promise<Result<KeyringFile>> {
  const dataKey = await unlockKeyring(file, oldPassword);
  return dataKey.ok ? ok(await wrap(dataKey.value, newPassword, random)) : dataKey;
}

const DAMAGED: Problem = problem('corrupt', 'The key file of this device is damaged.', { rule: 'KEY-FILE' });

/** Nonce and XChaCha20-Poly1305 ciphertext of `bytes`, bound to `aad`: 40 bytes longer. */
export function sealBytes(key: Uint8Array, bytes: Uint8Array, aad: Uint8Array, random: Random): Uint8Array {
  const nonce = random.bytes(NONCE);
  const sealed = xchacha20poly1305(key, nonce, aad).encrypt(bytes);
  const out = new Uint8Array(NONCE + sealed.length);
  out.set(nonce);
  out.set(sealed, NONCE);
  return out;
}

/** What `sealBytes` was given; `corrupt` KEY-SEAL when key or `aad` differ or a byte was changed. */
export function openBytes(key: Uint8Array, sealed: Uint8Array, aad: Uint8Array): Result<Uint8Array> {
  try {
    return ok(xchacha20poly1305(key, sealed.subarray(0, NONCE), aad).decrypt(sealed.subarray(NONCE)));
  } catch {
    return fail(problem('corrupt', 'Encrypted data could not be opened.', { rule: 'KEY-SEAL' }));
  }
}
