import { unwrap } from '@fieldfare/kernel';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { generateProfile, profileWith } from '../test/generate.ts';
import { brokenLaws } from '../test/laws.ts';
import { CONFIG, MARKET, streamOf } from '../test/setup.ts';
import { compileConfig } from './config.ts';
import { DEFAULT_PARTS } from './defaults.ts';
import type { IntensityMatrix } from './matrix.ts';
import type { PatientNeedsProfile } from './profile.ts';
import { proposeBundles, type Scenario } from './scenario.ts';

const ask = (profile: PatientNeedsProfile, stream = 'ltc-high') =>
  proposeBundles(CONFIG, { profile, stream: streamOf(stream), market: MARKET });

const on = (profile: PatientNeedsProfile, axis: string, stream?: string): Scenario => {
  const scenario = ask(profile, stream).scenarios.find((each) => each.axis === axis);
  if (!scenario) throw new Error(`${axis} does not apply`);
  return scenario;
};

const week = ({ lines }: Scenario): Record<string, number> =>
  Object.fromEntries(lines.map(({ service, quantity }) => [service, quantity]));

describe('laws', () => {
  it('hold for random profiles, whatever is unknown', () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat(), fc.constantFrom(0, 0.1, 0.6), (seed, other, unknownShare) => {
        const profile = generateProfile(seed, unknownShare);
        expect(brokenLaws(CONFIG, { profile, stream: streamOf('reactivation'), market: MARKET }, other)).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });
});

describe('hand-worked weeks', () => {
  it.each<[string, PatientNeedsProfile, string, Record<string, number>]>([
    [
      'BND-FLOOR the most of its drivers counts, not their sum: CHESS 3 asks for 2, PURS 4 for 1; × 1.2 rounds to 2.5',
      profileWith({ personalSupport: 4, instability: 3, pressureUlcer: 2 }),
      'stability',
      { psw: 7.5, nursing: 2.5, pers: 1 },
    ],
    [
      'BND-ADD-ON a high falls CAP adds 25 % of the floor at most: PT 1 + 0.25, × 1.3 = 1.625 → 1.75',
      profileWith({ rehab: 4 }, { falls: 'high' }),
      'recovery',
      { pt: 1.75, ot: 1.75, pers: 1 },
    ],
    [
      'BND-ADD-ON without a floor the largest add-on counts alone',
      profileWith({}, { falls: 'high' }),
      'stability',
      { pt: 0.5, ot: 0.25, pers: 1 },
    ],
    [
      'BND-RANGE remote monitoring takes nursing down to its floor and no further: 4 × 0.7 = 2.75, floor 3',
      profileWith({ instability: 4, internet: true, techReadiness: 2 }),
      'tech',
      { nursing: 3, rpm: 1, pers: 1 },
    ],
    [
      'BND-RANGE relief adds 4 hours inside the range of a strained helper',
      profileWith({ primaryHelper: true, helperOverwhelmed: true }),
      'caregiver',
      { sw: 0.25, respite: 8, transport: 1 },
    ],
    [
      'BND-MET three ordered wound visits are part of the four that CHESS 4 asks for',
      profileWith({ instability: 4 }, {}, { orders: [{ kind: 'wound', visitsPerWeek: 3, provenance: [] }] }),
      'stability',
      { nursing: 1.75, wound: 3, pers: 1 },
    ],
    [
      'BND-ORDER without a number the matrix says 5, and nursing at its top of 5 is met',
      profileWith({ instability: 4 }, {}, { orders: [{ kind: 'wound', visitsPerWeek: null, provenance: [] }] }),
      'medical',
      { wound: 5, pharmacy: 0.25, lab: 1 },
    ],
  ])('%s', (_, profile, axis, expected) => expect(week(on(profile, axis))).toEqual(expected));

  it('BND-ADD-ON a small floor never hides a larger add-on', () => {
    const matrix = structuredClone(DEFAULT_PARTS.matrix) as IntensityMatrix;
    const [band] = matrix.rows
      .filter(({ driver, service }) => driver === 'cap.falls' && service === 'pt')
      .flatMap(({ bands }) => bands.slice(2));
    Object.assign(band ?? {}, { low: 1.5, default: 1.5, high: 1.5 });
    const config = unwrap(compileConfig({ ...DEFAULT_PARTS, matrix }));
    const question = { stream: streamOf('standard'), market: MARKET };
    const pt = (rehab: number) =>
      proposeBundles(config, { ...question, profile: profileWith({ rehab }, { falls: 'high' }) })
        .scenarios.find(({ axis }) => axis === 'stability')
        ?.lines.find(({ service }) => service === 'pt')?.quantity;
    expect([pt(1), pt(2), pt(3), pt(5)]).toEqual([1.5, 1.5, 1.5, 2]);
  });

  it('costs are quantity × rate in whole cents, months spread over 4.345 weeks', () => {
    const { lines, cost } = on(profileWith({ personalSupport: 4, instability: 3 }), 'stability');
    expect(lines.map(({ service, cost: each }) => [service, each.low, each.default, each.high])).toEqual([
      ['psw', 20_250, 28_500, 28_500],
      ['nursing', 21_250, 27_500, 27_500],
      ['pers', 1036, 1036, 1036],
    ]);
    expect(cost).toEqual({ low: 42_536, default: 57_036, high: 57_036 });
  });

  it('11 hours are eleven visits of an hour, 7.5 hours nine of 50 minutes', () => {
    const visits = (personalSupport: number, axis: string) =>
      on(profileWith({ personalSupport, instability: 2, primaryHelper: false }), axis).lines.find(
        ({ service }) => service === 'psw',
      )?.visits;
    expect(visits(5, 'medical')).toEqual({ perWeek: 11, minutes: 60 });
    expect(visits(4, 'stability')).toEqual({ perWeek: 9, minutes: 50 });
  });
});

describe('what decides', () => {
  it('BND-AXIS an axis whose conditions are not known to hold says so', () => {
    const { notApplicable } = ask(profileWith({ rehab: 1 }));
    expect(notApplicable.map(({ axis, unmet }) => [axis, unmet.map(({ driver }) => driver)])).toEqual([
      ['recovery', ['rehab']],
      ['tech', ['internet', 'techReadiness']],
      ['caregiver', ['primaryHelper']],
      ['medical', ['instability']],
    ]);
  });

  const known = { personalSupport: 3, instability: 2 };

  it('recommends the axis whose preferences hold most often', () => {
    expect(ask(profileWith({ ...known, rehab: 5 }, { adl: 'improve' })).recommended).toBe('recovery');
    expect(ask(profileWith({ ...known, cognition: 4 }, { falls: 'high' })).recommended).toBe('stability');
  });

  it('BND-SAFETY a flag at level 3 stops it on every axis; level 2 does not', () => {
    const at = (value: number) => {
      const profile = profileWith(known);
      const safetyFlags = { ...profile.safetyFlags, 'local.selfHarm': { ...profile.needs.falls, value } };
      return ask({ ...profile, safetyFlags });
    };
    expect(at(2).recommended).toBe('stability');
    expect(at(3)).toMatchObject({ recommended: null, stops: [{ rule: 'BND-SAFETY' }] });
    expect(at(3).scenarios.every(({ notes }) => notes.some(({ rule }) => rule === 'OPS-SAME-DAY'))).toBe(true);
  });

  it('BND-REQUIRED nothing is recommended while a required level is unknown', () => {
    expect(ask(profileWith({ instability: 2 }))).toMatchObject({
      recommended: null,
      stops: [{ rule: 'BND-REQUIRED', driver: 'personalSupport' }],
    });
  });

  it.each([
    [4, 'standard', 24],
    [1, 'standard', 336],
    [1, 'ltc-high', 24],
    [null, 'ltc-high', 24],
    [null, 'standard', null],
  ])('BND-START urgency %s in stream %s: first service within %s hours', (urgency, stream, hours) => {
    expect(ask(profileWith(urgency === null ? {} : { urgency }), stream).startWithinHours).toBe(hours);
  });

  it.each([
    [3, 'mental-health', 'within'],
    [6, 'mental-health', 'within'],
    [6, 'standard', 'none'],
  ])('personal support %s in %s is %s its envelope', (personalSupport, stream, status) => {
    expect(on(profileWith({ personalSupport, instability: 0 }), 'stability', stream).envelope.status).toBe(status);
  });

  it('who delivers follows from who can: own, partner, either, a supplier, nobody', () => {
    const profile = profileWith(
      { personalSupport: 4, instability: 3, behaviourDaily: true },
      { dehydration: 'low', falls: 'high' },
    );
    const providers = Object.fromEntries(
      on(profile, 'stability').lines.map(({ service, provider }) => [service, provider]),
    );
    expect(providers).toMatchObject({ psw: 'any', nursing: 'own', meals: 'supplier', behavioural: 'none' });
  });
});
