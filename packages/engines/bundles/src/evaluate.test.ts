import { expect, it } from 'vitest';
import { generateProfile } from '../test/generate.ts';
import { CONFIG, MARKET, streamOf } from '../test/setup.ts';
import { evaluateAll } from './evaluate.ts';

const patients = Array.from({ length: 60 }, (_, seed) => ({
  id: `p${seed}`,
  profile: generateProfile(seed),
  stream: streamOf('ltc-high'),
  market: MARKET,
}));

it('tells how far it is and ends with everybody', () => {
  const run = evaluateAll(CONFIG, patients);
  const told: number[] = [];
  let step = run.next();
  for (; !step.done; step = run.next()) told.push(step.value.done);
  expect(told).toEqual([25, 50]);
  expect(step.value).toMatchObject({ stopped: false });
  expect(step.value.summaries.map(({ id }) => id)).toEqual(patients.map(({ id }) => id));
});

it('stops with what is done', () => {
  const run = evaluateAll(CONFIG, patients);
  run.next();
  const last = run.next('stop');
  expect(last.done && last.value).toMatchObject({ stopped: true });
  expect(last.done && last.value.summaries).toHaveLength(25);
});
