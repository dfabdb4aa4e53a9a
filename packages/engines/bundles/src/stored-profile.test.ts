import fc from 'fast-check';
import { expect, it } from 'vitest';
import { generateProfile } from '../test/generate.ts';
import { parseProfile, profileText } from './stored-profile.ts';

it('a profile comes back whole from its text', () => {
  fc.assert(
    fc.property(fc.nat(), (seed) => {
      const profile = generateProfile(seed, 0.3);
      expect(parseProfile(profileText(profile))).toEqual({ ok: true, value: profile });
    }),
    { numRuns: 20 },
  );
});

it.each([
  ['no JSON', (text: string) => text.slice(1)],
  ['a level out of range', (text: string) => text.replace(/"cognition":\{"value":[^,]*/, '"cognition":{"value":99')],
  ['a need left out', (text: string) => text.replace('"cognition"', '"kognition"')],
])('PRO-SHAPE refuses %s', (_, spoil) => {
  const result = parseProfile(spoil(profileText(generateProfile(1, 0))));
  expect(result.ok ? null : result.problems[0].rule).toBe('PRO-SHAPE');
});
