import { seededRandom, systemRandom, unwrap } from '@fieldfare/kernel';
import { describe, expect, test } from 'vitest';
import {
  createKeyring,
  type KeyringFile,
  keyIdOf,
  openBytes,
  rewrapKeyring,
  sealBytes,
  unlockKeyring,
} from './keyring.ts';

const bytes = (value: string): Uint8Array => new TextEncoder().encode(value);

describe('keyring', async () => {
  const { keyring, dataKey } = await createKeyring('correct horse', systemRandom);

  test('KEY-PASSWORD the right password gives the key, through a file', async () => {
    expect(dataKey).toHaveLength(32);
    expect(unwrap(await unlockKeyring(JSON.parse(JSON.stringify(keyring)), 'correct horse'))).toEqual(dataKey);
  });

  test.each(['', 'correct hors', 'Correct horse', 'correct horse '])(
    'KEY-PASSWORD "%s" opens nothing',
    async (wrong) => {
      expect(await unlockKeyring(keyring, wrong)).toMatchObject({
        ok: false,
        problems: [{ code: 'unauthenticated', rule: 'KEY-PASSWORD' }],
      });
    },
  );

  test('KEY-PASSWORD a password is the same in both Unicode forms', async () => {
    const made = await createKeyring('caf\u00e9', systemRandom);
    expect(unwrap(await unlockKeyring(made.keyring, 'cafe\u0301'))).toEqual(made.dataKey);
  });

  test('KEY-PASSWORD neither the key nor the password stands in the file', () => {
    const file = JSON.stringify(keyring);
    expect(file).not.toContain('horse');
    expect(file).not.toContain(Array.from(dataKey, (b) => b.toString(16).padStart(2, '0')).join(''));
  });

  test('KEY-FILE any changed character is damage, not a wrong password', async () => {
    const file = JSON.stringify(keyring);
    for (let at = 0; at < file.length; at++) {
      const changed = file.slice(0, at) + (file[at] === '1' ? '2' : '1') + file.slice(at + 1);
      let parsed: unknown = null;
      try {
        parsed = JSON.parse(changed);
      } catch {
        continue; // the reader of the file finds that
      }
      const result = await unlockKeyring(parsed, 'correct horse');
      expect(result, changed).toMatchObject({ ok: false, problems: [{ code: 'corrupt', rule: 'KEY-FILE' }] });
    }
    for (const other of [null, 'x', 1, {}, [], { ...keyring, version: 2 }, { ...keyring, more: 1 }]) {
      expect(await unlockKeyring(other, 'correct horse')).toMatchObject({ problems: [{ rule: 'KEY-FILE' }] });
    }
  });

  /** A keyring with other costs and a right checksum, as an attacker would write it. */
  async function withCost(cost: Partial<KeyringFile['kdf']>): Promise<KeyringFile> {
    const { crc32c } = await import('./journal/crc32c.ts');
    const kdf = { ...keyring.kdf, ...cost };
    const fields = [
      keyring.format,
      keyring.version,
      kdf.name,
      kdf.memoryKiB,
      kdf.iterations,
      kdf.parallelism,
      kdf.salt,
    ];
    const check = crc32c(bytes(JSON.stringify([...fields, keyring.keyId]) + keyring.wrapped));
    return { ...keyring, kdf, check: check.toString(16).padStart(8, '0') };
  }

  test.each([
    { memoryKiB: 4 * 1024 * 1024 },
    { memoryKiB: 8 },
    { iterations: 1_000_000 },
    { iterations: 1 },
    { parallelism: 64 },
    { parallelism: 0 },
  ])('KEY-COST a file that asks for %o is refused at once', async (cost) => {
    const started = performance.now();
    const result = await unlockKeyring(await withCost(cost), 'correct horse');
    expect(result).toMatchObject({ ok: false, problems: [{ code: 'unsupported', rule: 'KEY-COST' }] });
    expect(performance.now() - started).toBeLessThan(10_000);
  });

  test('KEY-COST changed costs within the limits do not open', async () => {
    expect(await unlockKeyring(await withCost({ iterations: 3 }), 'correct horse')).toMatchObject({
      problems: [{ rule: 'KEY-PASSWORD' }],
    });
  });

  test('KEY-PASSWORD a new password opens the same key, the old one no more', async () => {
    const again = unwrap(await rewrapKeyring(keyring, 'correct horse', 'battery staple', systemRandom));
    expect(unwrap(await unlockKeyring(again, 'battery staple'))).toEqual(dataKey);
    expect((await unlockKeyring(again, 'correct horse')).ok).toBe(false);
    expect(again.kdf.salt).not.toBe(keyring.kdf.salt);
    expect((await rewrapKeyring(keyring, 'wrong', 'x', systemRandom)).ok).toBe(false);
  });

  test('KEY-ID names the key and differs between keys', () => {
    expect(keyIdOf(dataKey)).toHaveLength(8);
    expect(keyIdOf(dataKey)).toEqual(keyIdOf(dataKey.slice()));
    expect(keyIdOf(seededRandom(1).bytes(32))).not.toEqual(keyIdOf(seededRandom(2).bytes(32)));
  });
});

describe('sealed bytes', () => {
  const key = seededRandom(1).bytes(32);
  const sealed = sealBytes(key, bytes('secret'), bytes('for this'), systemRandom);

  test('KEY-SEAL comes back under the same key and purpose only', () => {
    expect(unwrap(openBytes(key, sealed, bytes('for this')))).toEqual(bytes('secret'));
    for (const [k, aad] of [
      [seededRandom(2).bytes(32), 'for this'],
      [key, 'for that'],
    ] as const) {
      expect(openBytes(k, sealed, bytes(aad))).toMatchObject({
        ok: false,
        problems: [{ code: 'corrupt', rule: 'KEY-SEAL' }],
      });
    }
  });

  test('KEY-SEAL any flipped bit or missing byte is found', () => {
    for (let at = 0; at < sealed.length; at++) {
      const changed = sealed.slice();
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect(openBytes(key, changed, bytes('for this')).ok).toBe(false);
      expect(openBytes(key, sealed.slice(0, at), bytes('for this')).ok).toBe(false);
    }
  });
});
