import { fail, ok, problem, type ShardId } from '@fieldfare/kernel';
import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { createAcks } from './acks.ts';
import type { Journal, JournalRecord } from './types.ts';

const WEEK = 'schedule/north/2026-W40' as ShardId;
const ROSTER = 'region/north/roster' as ShardId;
const said = (records: readonly JournalRecord[]): unknown =>
  records.map(({ shard, bytes }) => [shard, Object.fromEntries(Y.decodeStateVector(bytes))]);

function acksOver(journal: Partial<Journal> = {}) {
  const busy = new Set<ShardId>();
  let now = 0;
  const clock = { now: () => now };
  const acks = createAcks({ journal: journal as Journal, clock, busy: (shard) => busy.has(shard) });
  const hear = (shard: ShardId, held: readonly (readonly [number, number])[]): void => {
    acks.note(shard, new Map(held));
    acks.settled(shard);
  };
  const pass = (ms: number): void => {
    now += ms;
  };
  return { acks, busy, hear, pass };
}

describe('ack records', () => {
  it('say what is new since the record before', () => {
    const { acks, hear } = acksOver();
    hear(WEEK, [
      [1, 5],
      [2, 9],
    ]);
    const first = acks.records();
    expect(said(first)).toEqual([[WEEK, { 1: 5, 2: 9 }]]);
    acks.written(first);
    expect(acks.records()).toEqual([]);
    hear(WEEK, [
      [1, 6],
      [2, 9],
    ]);
    expect(said(acks.records())).toEqual([[WEEK, { 1: 6 }]]);
    expect(Object.fromEntries(acks.heldOf(WEEK))).toEqual({ 1: 6, 2: 9 });
  });

  it('say nothing that the journal says already', () => {
    const { acks, hear } = acksOver();
    acks.noteStored(WEEK, Y.encodeStateVector(new Map([[1, 5]])));
    hear(WEEK, [
      [1, 5],
      [3, 1],
    ]);
    expect(said(acks.records())).toEqual([[WEEK, { 3: 1 }]]);
  });

  it('say it again until it was written, and what came meanwhile in the next', () => {
    const { acks, hear } = acksOver();
    hear(WEEK, [[1, 5]]);
    expect(said(acks.records())).toEqual([[WEEK, { 1: 5 }]]); // its append fails: nothing is written
    const again = acks.records();
    hear(WEEK, [
      [1, 6],
      [2, 1],
    ]);
    acks.written(again);
    expect(said(acks.records())).toEqual([[WEEK, { 1: 6, 2: 1 }]]);
  });

  it('wait while something local is uncovered', () => {
    const { acks, busy, hear } = acksOver();
    busy.add(WEEK);
    hear(WEEK, [[1, 5]]);
    hear(ROSTER, [[1, 2]]);
    expect(said(acks.records())).toEqual([[ROSTER, { 1: 2 }]]);
    busy.clear();
    expect(said(acks.records())).toEqual([
      [WEEK, { 1: 5 }],
      [ROSTER, { 1: 2 }],
    ]);
  });

  it('are appended by themselves once a second at most, and again when that failed', async () => {
    const appended: unknown[] = [];
    let works = false;
    const { acks, hear, pass } = acksOver({
      async append(records) {
        appended.push(said(records));
        return works ? ok({ firstSeq: 1, lastSeq: 1 }) : fail(problem('storage-failed', 'the disk is full'));
      },
    });
    hear(WEEK, [[1, 5]]);
    acks.saveInTime();
    await acks.save();
    works = true;
    hear(WEEK, [[1, 6]]);
    acks.saveInTime(); // too soon
    expect(appended).toEqual([[[WEEK, { 1: 5 }]], [[WEEK, { 1: 5 }]]]);
    pass(1000);
    acks.saveInTime();
    await acks.save();
    expect(appended.slice(2)).toEqual([[[WEEK, { 1: 6 }]]]);
    expect(acks.records()).toEqual([]);
  });
});
