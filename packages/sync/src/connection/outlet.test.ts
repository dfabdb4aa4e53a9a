import { describe, expect, it } from 'vitest';
import { change, create, openDesk } from '../../test/fixtures.ts';
import { spanOf } from '../join.ts';
import { createOutlet, HOLD_MS } from './outlet.ts';

async function openOutlet() {
  const desk = await openDesk(1);
  const said: (readonly [from: number, end: number])[] = [];
  const timers = new Map<() => void, number>();
  const outlet = createOutlet({
    say(update) {
      const { from, end } = spanOf(update) ?? { from: -1, end: -1 };
      said.push([from, end]);
    },
    setTimer(run, ms) {
      timers.set(run, ms);
      return () => timers.delete(run);
    },
  });
  let rows = 0;
  const clocks = (end: number) => new Map([[desk.replica.clientId, end]]);
  return {
    outlet,
    said,
    timers,
    clocks,
    /** One row written again, so one clock each. */
    async write(title = '') {
      const update = await desk.commit(rows === 0 ? create(0) : change(0, { title: `${title}${rows}` }));
      rows += 1;
      outlet.send(update, clocks(rows));
    },
    runTimers() {
      for (const run of [...timers.keys()]) run();
    },
  };
}

describe('what is on its way out of a channel', () => {
  it('SYN-CON-TOGETHER: a lone edit leaves at once, and those made until its ack leave with that, as one', async () => {
    const { outlet, said, timers, clocks, write } = await openOutlet();
    await write();
    expect([said, timers.size, outlet.hasJoined()]).toEqual([[[0, 1]], 0, false]);
    for (let n = 0; n < 5; n++) await write();
    expect([said.length, [...timers.values()]]).toEqual([1, [HOLD_MS]]);
    outlet.acknowledged(new Map([[7, 99]])); // of others
    outlet.acknowledged(clocks(0));
    expect(said.length).toBe(1);
    outlet.acknowledged(clocks(1));
    expect([said.slice(1), timers.size, outlet.hasJoined()]).toEqual([[[1, 6]], 0, true]);
    outlet.acknowledged(clocks(6));
    expect(outlet.hasJoined()).toBe(false);
    await write();
    expect(said.slice(2)).toEqual([[6, 7]]);
  });

  it('SYN-CON-TOGETHER: nothing waits longer than the bound, however late the ack is', async () => {
    const { outlet, said, clocks, write, runTimers } = await openOutlet();
    for (let n = 0; n < 3; n++) await write();
    runTimers();
    for (let n = 0; n < 2; n++) await write();
    runTimers();
    expect(said).toEqual([
      [0, 1],
      [1, 3],
      [3, 5],
    ]);
    outlet.acknowledged(clocks(3)); // the last are still under way
    await write();
    expect(said.length).toBe(3);
    outlet.acknowledged(clocks(5));
    expect(said.slice(3)).toEqual([[5, 6]]);
  });

  it('SYN-CON-TOGETHER: many bytes do not wait', async () => {
    const { said, write } = await openOutlet();
    for (let n = 0; n < 200; n++) await write('x'.repeat(190));
    expect(said.length).toBeGreaterThan(1);
    expect(said.length).toBeLessThan(10);
  });

  it('SYN-CON-TOGETHER: what was offered at once holds back what comes after it', async () => {
    const { outlet, said, clocks, write } = await openOutlet();
    outlet.sent(new Map([[99, 4]]));
    expect(outlet.hasJoined()).toBe(true);
    await write();
    expect(said).toEqual([]);
    outlet.acknowledged(new Map([...clocks(0), [99, 4]]));
    expect([said, outlet.hasJoined()]).toEqual([[[0, 1]], false]);
  });
});
