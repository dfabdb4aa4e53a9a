import { expect, test } from 'vitest';
import { crc32c } from './crc32c.ts';

const hex = (bytes: Uint8Array): string => crc32c(bytes).toString(16).padStart(8, '0');

// RFC 3720, appendix B.4, and the check value of the CRC catalogue.
test.each([
  ['32 zeros', new Uint8Array(32), '8a9136aa'],
  ['32 ones', new Uint8Array(32).fill(0xff), '62a8ab43'],
  ['rising', Uint8Array.from({ length: 32 }, (_, i) => i), '46dd794e'],
  ['falling', Uint8Array.from({ length: 32 }, (_, i) => 31 - i), '113fdb5c'],
  ['123456789', new TextEncoder().encode('123456789'), 'e3069283'],
  ['nothing', new Uint8Array(), '00000000'],
])('CRC vectors: %s', (_, bytes, expected) => {
  expect(hex(bytes)).toBe(expected);
});

test('CRC of ranges and in parts equals the CRC of the whole', () => {
  const bytes = Uint8Array.from({ length: 1000 }, (_, i) => (i * 7919) & 0xff);
  for (const cut of [0, 1, 7, 8, 9, 500, 1000])
    expect(crc32c(bytes, cut, 1000, crc32c(bytes, 0, cut))).toBe(crc32c(bytes));
  expect(crc32c(bytes, 3, 77)).toBe(crc32c(bytes.slice(3, 77)));
});
