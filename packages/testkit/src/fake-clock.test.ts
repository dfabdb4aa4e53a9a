import { expect, test } from 'vitest';
import { createFakeClock } from './fake-clock.ts';

test('CLK-ORDER timers run in order of their time, each at its time', () => {
  const clock = createFakeClock(1000);
  const seen: [string, number][] = [];
  clock.setTimer(() => seen.push(['late', clock.now()]), 30);
  clock.setTimer(() => {
    seen.push(['early', clock.now()]);
    clock.setTimer(() => seen.push(['nested', clock.now()]), 5);
  }, 10);
  const cancel = clock.setTimer(() => seen.push(['never', clock.now()]), 20);
  cancel();
  expect(clock.nextTimerIn()).toBe(10);
  clock.advance(29);
  expect(seen).toEqual([
    ['early', 1010],
    ['nested', 1015],
  ]);
  clock.advance(1);
  expect(seen.at(-1)).toEqual(['late', 1030]);
  expect(clock.timers()).toBe(0);
});

test('CLK-JUMP the wall clock may jump without timers noticing', () => {
  const clock = createFakeClock(1000);
  let ran = 0;
  clock.setTimer(() => {
    ran += 1;
  }, 50);
  clock.set(10);
  clock.advance(49);
  expect([clock.now(), ran]).toEqual([59, 0]);
  clock.advance(1);
  expect(ran).toBe(1);
});

test('CLK-ASYNC promises settle between timers', async () => {
  const clock = createFakeClock(0);
  const seen: number[] = [];
  const tick = async (): Promise<void> => {
    await Promise.resolve();
    seen.push(clock.now());
    if (seen.length < 3) clock.setTimer(() => void tick(), 10);
  };
  clock.setTimer(() => void tick(), 10);
  await clock.advanceAsync(100);
  expect(seen).toEqual([10, 20, 30]);
});
