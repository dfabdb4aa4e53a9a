import { gzipSync } from 'node:zlib';
import { fail, ok, problem, seededRandom } from '@fieldfare/kernel';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ATTEMPTS, createDownload } from './download.ts';
import { digestOf, etagOf } from './format.ts';

/** What becomes of a request. `cut`: the answer ends early; `flip`: a bit of it is wrong; `lie`: so is its digest. */
type Fate = 'good' | 'down' | 'cut' | 'flip' | 'lie' | 'busy' | 'replaced' | 'whole';

const SEAL = seededRandom(2).bytes(16);
const UPDATE = seededRandom(3).bytes(5_000);
const packed = (version: number): Uint8Array => gzipSync(Buffer.concat([SEAL, UPDATE, new Uint8Array(version)]));

/** A server that treats one request after another as told, and well when nothing more is told. */
function serverOf(fates: readonly Fate[]) {
  const asked: { from: number; bytes: number }[] = [];
  let version = 0;
  const answerOf = (fate: Fate, range: string, match: string | null): Response => {
    if (fate === 'down') throw new TypeError('failed to fetch');
    if (fate === 'busy') return new Response(null, { status: 503 });
    if (fate === 'replaced') version += 1;
    const all = packed(version);
    const etag = etagOf(all);
    if (match !== null && match !== etag) return new Response(null, { status: 412 });
    const [from = 0, last = 0] = range.replace('bytes=', '').split('-').map(Number);
    const to = Math.min(last, all.length - 1);
    const bytes = fate === 'whole' ? all.slice() : all.slice(from, to + 1);
    asked.push({ from, bytes: bytes.length });
    const digest = digestOf(bytes);
    if (fate === 'flip' || fate === 'lie') bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 4;
    return new Response(fate === 'cut' ? bytes.slice(0, -1) : bytes, {
      status: fate === 'whole' ? 200 : 206,
      headers: {
        etag,
        'content-digest': fate === 'lie' ? digestOf(bytes) : digest,
        ...(fate === 'whole' ? {} : { 'content-range': `bytes ${from}-${to}/${all.length}` }),
      },
    });
  };
  let next = 0;
  const fetch = async (_url: unknown, init?: RequestInit): Promise<Response> => {
    const headers = new Headers(init?.headers);
    next += 1;
    return answerOf(fates[next - 1] ?? 'good', headers.get('range') ?? '', headers.get('if-match'));
  };
  const download = createDownload({
    serverUrl: 'http://server',
    fetch: fetch as typeof globalThis.fetch,
    accessToken: async () => ok('token'),
    setTimer(run) {
      queueMicrotask(run);
      return () => {};
    },
    pieceBytes: 1_000,
  });
  return { download, asked };
}

const bytesOf = (update: Uint8Array): Buffer => Buffer.from(update).subarray(0, UPDATE.length);

describe('a snapshot in pieces', () => {
  it('SYN-SNAP-PIECES: comes as it is, with its receipt', async () => {
    const { download, asked } = serverOf([]);
    const got = await download('org');
    expect(got.ok && Buffer.compare(got.value.seal ?? new Uint8Array(), SEAL)).toBe(0);
    expect(got.ok && Buffer.compare(got.value.update, UPDATE)).toBe(0);
    expect(asked.length).toBe(Math.ceil(packed(0).length / 1_000));
  });

  it('SYN-SNAP-PIECES: through cuts, flipped bits, lies and other versions it is whole or a problem', async () => {
    const fate = fc.constantFrom<Fate>('good', 'good', 'down', 'cut', 'flip', 'lie', 'busy', 'replaced', 'whole');
    await fc.assert(
      fc.asyncProperty(fc.array(fate, { maxLength: 30 }), async (fates) => {
        const got = await serverOf(fates).download('org');
        if (got.ok) expect(Buffer.compare(bytesOf(got.value.update), UPDATE)).toBe(0);
        else expect(fates.some((each) => each !== 'good' && each !== 'whole')).toBe(true);
      }),
      { numRuns: 100, seed: 7 },
    );
  });

  it('SYN-SNAP-PIECES: a piece is not asked for without end', async () => {
    const { download, asked } = serverOf(Array.from({ length: 50 }, () => 'flip'));
    expect((await download('org')).ok).toBe(false);
    expect(asked.length).toBe(ATTEMPTS);
  });

  it('SYN-SNAP-RESUME: goes on where a link that was down for long had cut it', async () => {
    const { download, asked } = serverOf(['good', 'good', ...Array.from({ length: ATTEMPTS }, () => 'down' as const)]);
    expect((await download('org')).ok).toBe(false);
    const got = await download('org');
    expect(got.ok && Buffer.compare(got.value.update, UPDATE)).toBe(0);
    expect(asked.map(({ from }) => from)).toEqual([0, 1_000, 2_000, 3_000, 4_000, 5_000]);
  });

  it('SYN-SNAP-RESUME: begins anew when the server has another one by now', async () => {
    const { download, asked } = serverOf(['good', 'good', 'replaced']);
    const got = await download('org');
    expect(got.ok && got.value.update.length).toBe(UPDATE.length + 1);
    expect(asked.filter(({ from }) => from === 0)).toHaveLength(2);
  });

  it('SYN-SNAP-ACCESS: who has no token or no access is not asked again', async () => {
    let requests = 0;
    const options = {
      serverUrl: 'http://server/',
      fetch: (async () => {
        requests += 1;
        return new Response(null, { status: 403 });
      }) as typeof globalThis.fetch,
      setTimer: () => () => {},
    };
    const forbidden = await createDownload({ ...options, accessToken: async () => ok('token') })('org');
    expect(forbidden.ok || forbidden.problems[0].rule).toBe('SYN-SNAP-ACCESS');
    const nobody = async () => fail(problem('unauthenticated', 'sign in again'));
    expect((await createDownload({ ...options, accessToken: nobody })('org')).ok).toBe(false);
    expect(requests).toBe(1);
  });
});
