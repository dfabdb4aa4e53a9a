import { unwrap } from '@fieldfare/kernel';
import { describe, expect, it } from 'vitest';
import { change, create, type Desk, openDesk, SHARD, syncAll } from '../test/fixtures.ts';
import { createMemoryJournal } from '../test/memory-journal.ts';
import type { Touched } from './types.ts';

/** The desk as it opens after the journal lost the record at `place`. */
async function reopenWithout(desk: Desk, place: number, seed: number): Promise<Desk> {
  const memory = createMemoryJournal(desk.journal.stored.toSpliced(place, 1));
  return await openDesk(seed, { memory });
}

describe('updates behind a damaged frame', () => {
  it('SYN-REP-WHOLE what does not fit waits: the row it would replace stays, and the rest joins when the gap is closed', async () => {
    const desk = await openDesk(1);
    const server = await openDesk(2);
    await desk.commit(create(0, { title: 'first' }));
    await desk.commit(create(1));
    await syncAll([desk, server]);
    await desk.commit(change(0, { title: 'second' })); // sits behind create(1) in the chain of this client
    const broken = await reopenWithout(desk, 1, 3);
    expect(broken.row(1)).toBeNull();
    expect(broken.row(0)?.fields.title).toBe('first');
    expect(broken.replica.pending().count).toBeGreaterThan(0);

    const told: Touched[] = [];
    broken.replica.onTouched((touched) => told.push(touched));
    const diff = server.replica.diff(SHARD, broken.replica.stateVector(SHARD));
    unwrap(await broken.replica.receive(SHARD, diff, { subject: null }));
    expect(broken.row(0)?.fields.title).toBe('second');
    expect(broken.row(1)).not.toBeNull();
    // the edit that waited goes out like one made just now
    expect(told.map(({ origin }) => origin)).toEqual(['remote', 'local']);
    const update = told[1]?.update as Uint8Array;
    unwrap(await server.replica.receive(SHARD, update, { subject: 'user-1' }));
    expect(server.row(0)).toEqual(broken.row(0));
  });

  it('SYN-REP-WHOLE a write over a row whose newer state waits does not hide what nobody had seen', async () => {
    const desk = await openDesk(1);
    const server = await openDesk(2);
    await desk.commit(create(0, { title: 'first' }));
    await desk.commit(create(1));
    await syncAll([desk, server]);
    await desk.commit(change(0, { title: 'second' }));
    const broken = await reopenWithout(desk, 1, 3);
    await broken.commit(change(0, { title: 'third' }));
    await syncAll([broken, server]);
    await syncAll([broken, server]);
    for (const each of [broken, server]) {
      const row = each.row(0);
      const titles = [row?.fields.title, ...(row?.siblings.title ?? []).map(({ value }) => value)];
      expect(new Set(titles)).toEqual(new Set(['second', 'third']));
    }
  });
});
