/**
 * The laptop's side of snapshots (format.ts): fetches one in pieces.
 *
 *  SYN-SNAP-PIECES   a piece whose bytes are not those of its digest, or that does not come, is asked for again, some times;
 *                    what is handed on is what the server made, to the byte, or nothing
 *  SYN-SNAP-RESUME   what has come is kept while a link is down, and the next attempt goes on from there, unless the server
 *                    has that snapshot no more
 */
import { fail, ok, type Problem, problem, type Result, type ShardId } from '@fieldfare/kernel';
import { GUARD_LIMITS } from '../guard/limits.ts';
import { SEAL_BYTES } from '../protocol/codec.ts';
import type { Download } from '../types.ts';
import { digestOf, etagOf, parseContentRange, snapshotUrl } from './format.ts';

export const PIECE_BYTES = 256 * 1024;
/** Of one piece, one after another. */
export const ATTEMPTS = 4;
const PAUSE_MS = 250;
/** A piece that takes longer is given up. */
const PIECE_MS = 60_000;
const MAX_BYTES = SEAL_BYTES + GUARD_LIMITS.maxTrustedBytes;

export interface DownloadOptions {
  readonly serverUrl: string;
  readonly fetch: typeof fetch;
  readonly accessToken: () => Promise<Result<string>>;
  readonly setTimer: (run: () => void, ms: number) => () => void;
  readonly pieceBytes?: number;
}

/** What has come of a snapshot. */
interface Started {
  readonly etag: string;
  readonly total: number;
  readonly pieces: readonly Uint8Array[];
  readonly bytes: number;
}

const RULE = 'SYN-SNAP-PIECES';
const cut = (): Problem => problem('offline', 'a part of the snapshot did not come', { rule: RULE });
const damaged = (): Problem => problem('corrupt', 'a part of the snapshot came damaged', { rule: RULE });
const replaced = (): Problem =>
  problem('conflict', 'the server has made another snapshot', { rule: 'SYN-SNAP-RESUME' });
const refused = (status: number): Problem =>
  problem('forbidden', `the server gives no snapshot (${status})`, { rule: 'SYN-SNAP-ACCESS' });

const isWorthAsking = ({ code }: Problem): boolean => code === 'offline' || code === 'corrupt' || code === 'conflict';

export function createDownload(options: DownloadOptions): Download {
  const { serverUrl, accessToken, setTimer, pieceBytes = PIECE_BYTES } = options;
  const kept = new Map<ShardId, Started>();

  async function ask(shard: ShardId, started: Started | undefined): Promise<Result<Started>> {
    const token = await accessToken();
    if (!token.ok) return token;
    const from = started?.bytes ?? 0;
    try {
      const answer = await options.fetch(snapshotUrl(serverUrl, shard), {
        headers: {
          authorization: `Bearer ${token.value}`,
          range: `bytes=${from}-${from + pieceBytes - 1}`,
          ...(started === undefined ? {} : { 'if-match': started.etag }),
        },
        signal: AbortSignal.timeout(PIECE_MS),
      });
      if (answer.status === 412 || answer.status === 416) return fail(replaced());
      if (answer.status >= 500) return fail(cut());
      if (!answer.ok) return fail(refused(answer.status));
      return take(answer, new Uint8Array(await answer.arrayBuffer()), started);
    } catch {
      return fail(cut());
    }
  }

  async function fetchAll(shard: ShardId): Promise<Result<Started>> {
    let failures = 0;
    for (;;) {
      const started = kept.get(shard);
      if (started !== undefined && started.bytes === started.total) return ok(started);
      const more = await ask(shard, started);
      if (more.ok) {
        kept.set(shard, more.value);
        failures = 0;
        continue;
      }
      const [what] = more.problems;
      if (what.code === 'conflict') kept.delete(shard);
      failures += 1;
      if (failures === ATTEMPTS || !isWorthAsking(what)) return more;
      const ms = PAUSE_MS * 2 ** (failures - 1);
      await new Promise<void>((resume) => setTimer(resume, ms));
    }
  }

  return async (shard) => {
    const all = await fetchAll(shard);
    if (!all.ok) return all;
    kept.delete(shard);
    const representation = joined(all.value);
    if (etagOf(representation) !== all.value.etag) return fail(damaged());
    const content = await unpacked(representation);
    if (content === null || content.length <= SEAL_BYTES) return fail(damaged());
    return ok({ seal: content.slice(0, SEAL_BYTES), update: content.subarray(SEAL_BYTES) });
  };
}

/** What has come when `bytes` came in `answer`: behind what was there before, or all at once. */
function take({ status, headers }: Response, bytes: Uint8Array, before: Started | undefined): Result<Started> {
  const etag = headers.get('etag');
  const range = status === 206 ? parseContentRange(headers.get('content-range')) : wholeOf(bytes);
  if (etag === null || range === null || range.total > MAX_BYTES) return fail(damaged());
  if (before !== undefined && (before.etag !== etag || before.total !== range.total)) return fail(replaced());
  const begun = status === 206 ? before : undefined;
  const fits = range.from === (begun?.bytes ?? 0) && range.to + 1 - range.from === bytes.length && bytes.length > 0;
  if (!fits || range.to >= range.total || headers.get('content-digest') !== digestOf(bytes)) return fail(damaged());
  return ok({ etag, total: range.total, pieces: [...(begun?.pieces ?? []), bytes], bytes: range.to + 1 });
}

/** Of an answer by somebody on the way who does not know ranges. */
const wholeOf = ({ length }: Uint8Array) => ({ from: 0, to: length - 1, total: length });

function joined({ pieces, total }: Started): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(total);
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}

/** Null: not gzip, or more than a shard may be. */
async function unpacked(representation: Uint8Array<ArrayBuffer>): Promise<Uint8Array | null> {
  const parts: Uint8Array[] = [];
  let total = 0;
  try {
    const stream = new Blob([representation]).stream().pipeThrough(new DecompressionStream('gzip'));
    for (const reader = stream.getReader(); ; ) {
      const { done, value } = await reader.read();
      if (done) return joined({ etag: '', total, pieces: parts, bytes: total });
      total += value.length;
      if (total > MAX_BYTES) {
        await reader.cancel();
        return null;
      }
      parts.push(value);
    }
  } catch {
    return null;
  }
}
