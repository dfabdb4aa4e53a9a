import { unwrap } from '@fieldfare/kernel';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { change, create, type Desk, openDesk, SHARD, syncAll } from '../test/fixtures.ts';
import { joinFirst, spanOf } from './join.ts';

const from = ({ user }: Desk) => ({ subject: user, device: user, sender: user });

const joinAll = (updates: readonly Uint8Array[]): Uint8Array[] => {
  const joined: Uint8Array[] = [];
  for (let at = 0; at < updates.length; ) {
    const { update, count } = joinFirst(updates.slice(at));
    joined.push(update);
    at += count;
  }
  return joined;
};

describe('updates of one session put together', () => {
  const step = fc.oneof(
    { weight: 5, arbitrary: fc.record({ row: fc.nat(4), gone: fc.boolean(), rows: fc.constantFrom(1, 1, 2) }) },
    { weight: 1, arbitrary: fc.constantFrom('others write' as const, 'others write and are heard' as const) },
  );

  it('SYN-JOIN-SAME: give everybody what they give one after another, and the guard takes them', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 2, maxLength: 20 }), async (steps) => {
        const [desk, other] = [await openDesk(1), await openDesk(2)];
        const [patient, hurried] = [await openDesk(8, { authority: true }), await openDesk(9, { authority: true })];
        const updates: Uint8Array[] = [];
        const write = (by: Desk, row: number, gone: boolean, n: number) => {
          const set = { title: `${by.user} ${n}`, deletedAt: gone ? '2026-10-02T00:00:00Z' : null };
          return by.row(row) === null ? create(row, set) : change(row, set);
        };
        for (const [n, each] of steps.entries()) {
          if (typeof each === 'string') {
            const update = await other.commit(write(other, n % 5, false, n));
            for (const server of [patient, hurried]) unwrap(await server.replica.receive(SHARD, update, from(other)));
            if (each === 'others write and are heard') {
              const diff = patient.replica.diff(SHARD, desk.replica.stateVector(SHARD));
              unwrap(await desk.replica.receive(SHARD, diff, { subject: null }));
            }
            continue;
          }
          const rows = Array.from({ length: each.rows }, (_, i) => (each.row + i) % 5);
          updates.push(await desk.commit(...rows.map((row) => write(desk, row, each.gone, n))));
        }
        const joined = joinAll(updates);
        expect(joined.length).toBe(Math.min(1, updates.length)); // one session
        for (const update of updates) unwrap(await patient.replica.receive(SHARD, update, from(desk)));
        for (const update of joined) unwrap(await hurried.replica.receive(SHARD, update, from(desk)));
        expect(hurried.replica.diff(SHARD)).toEqual(patient.replica.diff(SHARD));
        for (let n = 0; n < 5; n++) expect(hurried.row(n)).toEqual(patient.row(n));
        await syncAll([desk, hurried]);
        for (let n = 0; n < 5; n++) expect(hurried.row(n)).toEqual(desk.row(n));
        const [first] = joined;
        if (first === undefined) return;
        const { from: start, to } = Y.parseUpdateMeta(first);
        const [client = 0, end] = [...to][0] ?? [];
        expect(spanOf(first)).toEqual({ client, from: start.get(client), end });
      }),
      { numRuns: 60, seed: 5 },
    );
  });

  it('SYN-JOIN-SAME: what a later one replaces is not sent again and again', async () => {
    const desk = await openDesk(1);
    const updates = [await desk.commit(create(0))];
    for (let n = 0; n < 50; n++) updates.push(await desk.commit(change(0, { title: `${n}` })));
    const [joined = new Uint8Array()] = joinAll(updates);
    expect(joined.length).toBeLessThan(4 * (updates.at(-1)?.length ?? 0));
  });

  it('SYN-JOIN-SAME: what does not follow in the same session stays as it is', async () => {
    const [a, b] = [await openDesk(1), await openDesk(2)];
    const ours = [await a.commit(create(0)), await a.commit(create(1)), await a.commit(create(2))] as const;
    const theirs = await b.commit(create(3));
    const both = Y.mergeUpdates([ours[0], theirs]);
    for (const line of [
      [ours[0], ours[2]],
      [ours[0], theirs],
      [ours[1], ours[0]],
      [both, ours[1]],
      [ours[0], both],
    ]) {
      expect(joinAll(line)).toEqual(line);
    }
    expect(spanOf(both)).toBeNull();
  });

  it('SYN-JOIN-SAME: damaged bytes stay as they are', async () => {
    const desk = await openDesk(1);
    const [first, second] = [await desk.commit(create(0)), await desk.commit(change(0, { title: 'é' }))];
    for (let cut = 0; cut < second.length; cut++) {
      const damaged = second.slice(0, cut);
      expect(joinFirst([first, damaged])).toEqual({ update: first, count: 1 });
      expect(joinFirst([damaged, first])).toEqual({ update: damaged, count: 1 });
    }
    for (let at = 0; at < second.length; at++) {
      const flipped = second.slice();
      flipped[at] = (flipped[at] ?? 0) ^ 0x91;
      joinFirst([first, flipped]); // whatever it makes of them, the guard judges
    }
  });
});
