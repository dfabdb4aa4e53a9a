/**
 * A shard's snapshot over HTTP, for laptops that lack most of it: `GET /snapshot/<shard>` with the access token as bearer.
 *
 * The representation is `gzip(receipt ‖ update)`: one Yjs update of everything the server held when it was made, behind the
 * receipt that a `step2` would carry. Its `ETag` is the SHA-256 of the representation, and every answer carries the
 * `Content-Digest` (RFC 9530) of its own bytes. So a laptop asks for pieces by `Range` and `If-Match`, checks each, goes on
 * where a cut left it, and knows in the end that it has what the server made. What the server took since then comes over
 * the socket, from the laptop's state vector.
 */
import type { ShardId } from '@fieldfare/kernel';
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';

export const SNAPSHOT_PATH = '/snapshot/';

/** Of a stream at the server. */
export const addressOf = (serverUrl: string, path: string, stream: ShardId): string =>
  `${serverUrl.replace(/\/+$/, '')}${path}${stream.split('/').map(encodeURIComponent).join('/')}`;

export const snapshotUrl = (serverUrl: string, shard: ShardId): string => addressOf(serverUrl, SNAPSHOT_PATH, shard);

export const etagOf = (representation: Uint8Array): string => `"${bytesToHex(sha256(representation))}"`;

/** The value of `Content-Digest`. */
export const digestOf = (bytes: Uint8Array): string => `sha-256=:${btoa(String.fromCharCode(...sha256(bytes)))}:`;

export interface ContentRange {
  readonly from: number;
  /** Inclusive. */
  readonly to: number;
  readonly total: number;
}

export function parseContentRange(text: string | null): ContentRange | null {
  const [, from, to, total] = /^bytes (\d{1,15})-(\d{1,15})\/(\d{1,15})$/.exec(text ?? '') ?? [];
  return from === undefined ? null : { from: Number(from), to: Number(to), total: Number(total) };
}
