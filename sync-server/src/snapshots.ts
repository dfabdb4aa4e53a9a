/**
 * Snapshots of shards that laptops fetch over HTTP, made when somebody asks and kept a while, so that a crowd that comes
 * back at once gets the same bytes, and who was cut off finds the rest of what it began.
 *
 *  SRV-SNAP-ONCE   a shard's snapshot is made once however many ask; it serves newcomers for `FRESH_MS`: what was written
 *                  since reaches them over the socket
 *  SRV-SNAP-BOUND  what is kept stays below `MAX_KEPT_BYTES`; the least recently used go first
 */
import { promisify } from 'node:util';
import { constants, gzip } from 'node:zlib';
import { type Clock, fail, ok, problem, type Result, type ShardId } from '@fieldfare/kernel';
import { etagOf, placeOfStream, sealedBytes } from '@fieldfare/sync';
import type { Tenant } from './tenants.ts';

const FRESH_MS = 60_000;
const KEPT_MS = 10 * 60_000;
const MAX_KEPT_BYTES = 64 * 1024 * 1024;

const pack = promisify(gzip);

export interface Snapshot {
  readonly etag: string;
  /** The representation, as `@fieldfare/sync` describes it. */
  readonly bytes: Buffer;
}

export interface Snapshots {
  /** One for a newcomer, of a shard in one of its epochs. */
  fresh(tenant: Pick<Tenant, 'id' | 'replica' | 'receipts'>, stream: ShardId): Promise<Result<Snapshot>>;
  /** One that somebody has begun to fetch; null: gone. */
  find(tenantId: string, stream: ShardId, etag: string): Snapshot | null;
}

interface Kept {
  /** Tenant and shard. */
  readonly place: string;
  readonly snapshot: Snapshot;
  readonly madeAt: number;
  usedAt: number;
}

export function createSnapshots(options: { readonly clock: Clock; readonly maxKeptBytes?: number }): Snapshots {
  const { clock, maxKeptBytes = MAX_KEPT_BYTES } = options;
  /** By tenant, shard and etag; least recently used first. */
  const kept = new Map<string, Kept>();
  /** By tenant and shard. */
  const newest = new Map<string, string>();
  const making = new Map<string, Promise<Result<Snapshot>>>();
  let bytes = 0;

  function forget(key: string, { place, snapshot }: Kept): void {
    kept.delete(key);
    if (newest.get(place) === key) newest.delete(place);
    bytes -= snapshot.bytes.length;
  }

  function use(key: string): Kept | null {
    const entry = kept.get(key);
    if (entry === undefined) return null;
    kept.delete(key);
    kept.set(key, entry);
    entry.usedAt = clock.now();
    return entry;
  }

  function keep(place: string, snapshot: Snapshot): void {
    const key = `${place} ${snapshot.etag}`;
    const now = clock.now();
    const same = kept.get(key);
    if (same !== undefined) forget(key, same);
    kept.set(key, { place, snapshot, madeAt: now, usedAt: now });
    newest.set(place, key);
    bytes += snapshot.bytes.length;
    for (const [old, entry] of kept) {
      if (bytes <= maxKeptBytes && entry.usedAt > now - KEPT_MS) return;
      if (old !== key) forget(old, entry);
    }
  }

  async function make(place: string, tenant: Parameters<Snapshots['fresh']>[0], stream: ShardId) {
    const { shard, epoch } = placeOfStream(stream);
    const loaded = await tenant.replica.load([shard]);
    if (!loaded.ok) return loaded;
    if (tenant.replica.epochOf(shard) !== epoch) {
      return fail(problem('conflict', 'the document has been begun anew since', { rule: 'SYN-EPOCH-OVER' }));
    }
    const update = tenant.replica.diff(shard);
    const content = sealedBytes(tenant.receipts.seal(stream, update), update);
    const representation = await pack(content, { level: constants.Z_BEST_SPEED });
    const snapshot = { etag: etagOf(representation), bytes: representation };
    keep(place, snapshot);
    return ok(snapshot);
  }

  return {
    fresh(tenant, stream) {
      const place = `${tenant.id} ${stream}`;
      const known = use(newest.get(place) ?? '');
      if (known !== null && clock.now() - known.madeAt < FRESH_MS) return Promise.resolve(ok(known.snapshot));
      const begun = making.get(place) ?? make(place, tenant, stream).finally(() => making.delete(place));
      making.set(place, begun);
      return begun;
    },
    find: (tenantId, stream, etag) => use(`${tenantId} ${stream} ${etag}`)?.snapshot ?? null,
  };
}
