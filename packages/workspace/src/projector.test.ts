import type { ShardId } from '@fieldfare/kernel';
import type { Store } from '@fieldfare/store';
import type { FoldedRow, Replica, Touched } from '@fieldfare/sync';
import { expect, it } from 'vitest';
import { createProjector } from './projector.ts';

const SHARD = 'org' as ShardId;

/** A projector over a replica and a store that do as they are told, and what was handed to the store. */
function scene(projected: readonly (readonly [ShardId, number])[] = []) {
  const shards = new Map(projected);
  const batches: { readonly rows: number; readonly whole: readonly (readonly [string, number])[] }[] = [];
  let inMemory = true;
  let touch: (touched: Touched) => void = () => undefined;
  const replica: Partial<Replica> = {
    loaded: () => [],
    onTouched(listener) {
      touch = listener;
      return () => undefined;
    },
    row: (shard, table, id) => (inMemory ? ({ shard, table, id } as FoldedRow) : null),
  };
  const store: Partial<Store> = {
    projectedShards: () => shards,
    async project(rows, _seq, whole = new Map()) {
      batches.push({ rows: rows.length, whole: [...whole] });
      for (const [shard, seq] of whole) shards.set(shard as ShardId, seq);
    },
  };
  const projector = createProjector(replica as Replica, store as Store);
  return {
    batches,
    forgetRows() {
      inMemory = false;
    },
    async touched(origin: Touched['origin'], seq: number, rows: number) {
      const ids = new Set(Array.from({ length: rows }, (_, n) => `row-${n}`));
      touch({ origin, shard: SHARD, rows: new Map([['visits', ids]]), seq });
      await projector.settled();
    },
  };
}

it('WSP-STANDS a shard whose rows stand up to its newest record is not written again', async () => {
  const { batches, touched } = scene([[SHARD, 7]]);
  await touched('load', 7, 10);
  expect(batches).toEqual([]);
  await touched('local', 8, 1);
  await touched('load', 8, 10);
  expect(batches).toEqual([{ rows: 1, whole: [[SHARD, 8]] }]);
  await touched('load', 9, 10); // somebody else wrote meanwhile
  expect(batches[1]).toEqual({ rows: 10, whole: [[SHARD, 9]] });
});

it('WSP-STANDS a shard stands whole with the last of its batches', async () => {
  const { batches, touched } = scene();
  await touched('load', 3, 4_000);
  expect(batches.map(({ whole }) => whole)).toEqual([[], [], [[SHARD, 3]]]);
  expect(batches.reduce((sum, { rows }) => sum + rows, 0)).toBe(4_000);
});

it('WSP-STANDS a shard that left memory before its rows were read does not stand whole until it is loaded again', async () => {
  const { batches, touched, forgetRows } = scene();
  forgetRows();
  await touched('load', 3, 2);
  await touched('remote', 4, 1);
  expect(batches.flatMap(({ whole }) => whole)).toEqual([]);
});
