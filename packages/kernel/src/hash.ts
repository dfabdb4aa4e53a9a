import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import type { JsonValue } from './table.ts';

/**
 * 128 bits of SHA-256 over `parts` as 32 hex digits: the same parts give the same text on every replica.
 * For identities derived from content, not for secrets.
 */
export function stableHash(...parts: readonly JsonValue[]): string {
  return bytesToHex(sha256(utf8ToBytes(JSON.stringify(parts)))).slice(0, 32);
}
