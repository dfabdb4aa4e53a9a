import { invariant, seededRandom } from '@fieldfare/kernel';
import { describe, expect, test } from 'vitest';
import { keyIdOf } from '../keyring.ts';
import { crc32c } from './crc32c.ts';
import {
  encodeSegmentHeader,
  type FrameCipher,
  frameLength,
  isWhole,
  openFrame,
  readHead,
  readSegmentHeader,
  writeFrame,
} from './format.ts';

const cipher: FrameCipher = { tenantId: 'tenant-a', key: seededRandom(1).bytes(32) };
const shard = new TextEncoder().encode('org');
const content = new TextEncoder().encode('content');

function frame(): Uint8Array {
  const bytes = new Uint8Array(frameLength(shard.length, content.length));
  const what = { seq: 2 ** 40 + 5, kind: 'remote', continues: true, shard, bytes: content } as const;
  writeFrame(bytes, 0, what, cipher, seededRandom(2).bytes(24));
  return bytes;
}

/** Makes both checksums right again, as somebody would who forges a frame. */
function sign(bytes: Uint8Array): Uint8Array {
  const view = new DataView(bytes.buffer);
  const markCrc = crc32c(bytes, 0, 8);
  view.setUint32(12, crc32c(bytes, 16, 28 + view.getUint16(18, true), markCrc), true);
  view.setUint32(8, crc32c(bytes, 12, bytes.length, markCrc), true);
  return bytes;
}

function read(bytes: Uint8Array, as: FrameCipher = cipher): Uint8Array | null {
  const head = readHead(bytes, 0);
  invariant(head && isWhole(bytes, head), 'the frame passes its checksums');
  return openFrame(bytes, head, as);
}

describe('frames', () => {
  test('JRN-CIPHER a frame comes back with its head', () => {
    const bytes = frame();
    expect(readHead(bytes, 0)).toEqual({
      offset: 0,
      length: bytes.length,
      seq: 2 ** 40 + 5,
      kind: 'remote',
      continues: true,
      shard: 'org',
    });
    expect(read(bytes)).toEqual(content);
    expect(read(sign(frame()))).toEqual(content);
  });

  test.each([
    ['flags', 16, 0],
    ['kind', 17, 1],
    ['seq', 20, 9],
    ['shard', 28, 'x'.charCodeAt(0)],
    ['nonce', 31, 0],
    ['ciphertext', 55, 0],
  ])('JRN-CIPHER a frame with forged %s and right checksums does not open', (_, at, value) => {
    const bytes = frame();
    expect(bytes[at]).not.toBe(value);
    bytes[at] = value;
    expect(read(sign(bytes))).toBeNull();
  });

  test('JRN-CIPHER another tenant or key does not open it', () => {
    expect(read(frame(), { ...cipher, tenantId: 'tenant-b' })).toBeNull();
    expect(read(frame(), { ...cipher, key: seededRandom(3).bytes(32) })).toBeNull();
  });

  test('JRN-FORMAT version 1 stays as it is: bytes written by it are read for ever', () => {
    // Change these only together with FORMAT_VERSION.
    const hex = (bytes: Uint8Array): string => Array.from(bytes, (b) => b.toString(16).padStart(2, '0')).join('');
    const header = encodeSegmentHeader({ tenantId: 'tenant-a', keyId: keyIdOf(cipher.key), firstSeq: 7 });
    expect(hex(header)).toMatchInlineSnapshot(
      `"46464a524e4c0d0a01000800a53c5e536a33aa30070000000000000074656e616e742d6165ccb8db"`,
    );
    expect(hex(frame())).toMatchInlineSnapshot(
      `"f1e1dfa24e000000f1da381d935e27810102030005000000000100006f7267bb534989e0a17f5bc81dc9336cd59424ac5df80aea0f20317296985468bacfa3a077756f95d7f7b05da35bfd1882ec"`,
    );
  });
});

describe('segment headers', () => {
  const header = { tenantId: 'tenant-a', keyId: keyIdOf(cipher.key), firstSeq: 2 ** 33 };

  test('JRN-FORMAT a header comes back, and any flipped bit is found', () => {
    const bytes = encodeSegmentHeader(header);
    expect(readSegmentHeader(bytes)).toEqual({ state: 'good', header, length: bytes.length });
    for (let at = 0; at < bytes.length; at++) {
      const flipped = bytes.slice();
      flipped[at] = (flipped[at] ?? 0) ^ 16;
      expect(readSegmentHeader(flipped).state).toBe('damaged');
      expect(readSegmentHeader(bytes.slice(0, at)).state).toBe('damaged');
    }
  });

  test('JRN-VERSION a later version is told apart from damage', () => {
    const bytes = encodeSegmentHeader(header);
    const view = new DataView(bytes.buffer);
    view.setUint16(8, 2, true);
    view.setUint32(bytes.length - 4, crc32c(bytes, 0, bytes.length - 4), true);
    expect(readSegmentHeader(bytes)).toEqual({ state: 'unsupported', version: 2 });
  });
});
