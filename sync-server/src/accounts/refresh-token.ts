/**
 * Refresh tokens: `<session>.<generation>.<secret, 256 random bits>.<mac>`. Only the hash of the live one is stored.
 * The mac lets an old token be told from a made-up one without keeping old hashes: only a token that this server
 * did issue can revoke a session by being used again.
 */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { Random } from '@fieldfare/kernel';

const FORM = /^([0-9a-f-]{36})\.(\d{1,9})\.([A-Za-z0-9_-]{43})\.([A-Za-z0-9_-]{43})$/;

export interface RefreshToken {
  readonly sessionId: string;
  readonly generation: number;
  readonly hash: string;
}

const mac = (key: Uint8Array, body: string): string => createHmac('sha256', key).update(body).digest('base64url');
const hashOf = (token: string): string => createHash('sha256').update(token).digest('base64url');

export function issueRefreshToken(
  key: Uint8Array,
  random: Random,
  sessionId: string,
  generation: number,
): { readonly token: string; readonly hash: string } {
  const body = `${sessionId}.${generation}.${Buffer.from(random.bytes(32)).toString('base64url')}`;
  const token = `${body}.${mac(key, body)}`;
  return { token, hash: hashOf(token) };
}

/** Null for a token this server never issued. */
export function readRefreshToken(key: Uint8Array, token: string): RefreshToken | null {
  const match = FORM.exec(token);
  if (!match) return null;
  const [, sessionId = '', generation = '', , given = ''] = match;
  const expected = mac(key, token.slice(0, token.lastIndexOf('.')));
  if (!timingSafeEqual(Buffer.from(given), Buffer.from(expected))) return null;
  return { sessionId, generation: Number(generation), hash: hashOf(token) };
}
