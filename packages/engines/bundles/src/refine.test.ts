import { describe, expect, it } from 'vitest';
import { profileWith } from '../test/generate.ts';
import { CONFIG, MARKET, streamOf } from '../test/setup.ts';
import type { PatientNeedsProfile } from './profile.ts';
import { draftOf, type LineDraft, reviewBundle } from './refine.ts';
import { proposeBundles } from './scenario.ts';
import { pairedVisits, quantityOf, type ServiceId, type Visits, visitsOf } from './services.ts';

const PROFILE = profileWith(
  { personalSupport: 4, instability: 3 },
  {},
  { orders: [{ kind: 'wound', visitsPerWeek: 2, provenance: [] }] },
);

function refined(
  change: (drafts: readonly LineDraft[]) => readonly LineDraft[],
  {
    profile = PROFILE,
    reason = '',
    stream = 'mental-health',
  }: { profile?: PatientNeedsProfile; reason?: string; stream?: string } = {},
) {
  const question = { profile, stream: streamOf(stream), market: MARKET };
  const lines = proposeBundles(CONFIG, question).scenarios.find(({ axis }) => axis === 'stability')?.lines ?? [];
  const review = reviewBundle(CONFIG, { ...question, axis: 'stability', drafts: change(lines.map(draftOf)), reason });
  if (!review) throw new Error('stability always applies');
  return review;
}

const set =
  (service: ServiceId, quantity: number, reason = '') =>
  (drafts: readonly LineDraft[]): readonly LineDraft[] => [
    ...drafts.filter((draft) => draft.service !== service),
    { service, quantity, visits: visitsOf(service, quantity), provider: 'any', mode: 'in-person', reason },
  ];

const outcomes = (review: ReturnType<typeof refined>): string[] =>
  review.findings.map(({ rule, service, outcome }) => `${rule} ${service} ${outcome}`);

describe('refinement', () => {
  it('an unchanged scenario is acceptable and costs what it cost', () => {
    const review = refined((drafts) => drafts);
    expect(review).toMatchObject({ acceptable: true, findings: [], centsAgainstScenario: 0 });
  });

  it('BND-BELOW-FLOOR wants a reason, and notes it', () => {
    expect(outcomes(refined(set('psw', 3)))).toEqual(['BND-BELOW-FLOOR psw reason']);
    const noted = refined(set('psw', 3, 'A daughter does the mornings'));
    expect(outcomes(noted)).toEqual(['BND-BELOW-FLOOR psw noted']);
    expect(noted.acceptable).toBe(true);
    expect(noted.tweaks).toEqual([{ rule: 'TWK-RAISE', service: 'psw', quantity: 4, cents: 3800 }]);
  });

  it('a line taken away counts as nothing: below its floor', () => {
    expect(outcomes(refined((drafts) => drafts.filter(({ service }) => service !== 'psw')))).toEqual([
      'BND-BELOW-FLOOR psw reason',
    ]);
  });

  const visited =
    (service: ServiceId, visits: Visits) =>
    (drafts: readonly LineDraft[]): readonly LineDraft[] => [
      ...drafts.filter((draft) => draft.service !== service),
      { service, quantity: 0, visits, provider: 'any', mode: 'in-person', reason: '' },
    ];
  const together = { kind: 'together' } as const;
  const inTurn = { kind: 'after', leastMinutes: 0, mostMinutes: 30 } as const;

  // Floors: 4 hours of personal support, 1 visit of a nurse; 38 dollars an hour, 110 a visit.
  it.each([
    ['psw', { perWeek: 4, minutes: 30 }, 2, 7600, ['BND-BELOW-FLOOR psw reason']],
    ['psw', { perWeek: 4, minutes: 30, pairing: together }, 4, 15_200, []],
    ['psw', { perWeek: 4, minutes: 30, pairing: inTurn }, 4, 15_200, []],
    ['nursing', { perWeek: 1, minutes: 45 }, 1, 11_000, []],
    ['nursing', { perWeek: 1, minutes: 45, pairing: together }, 1, 22_000, []],
    ['wound', { perWeek: 1, minutes: 45, pairing: together }, 1, 22_000, ['BND-ORDER-KEPT wound stop']],
  ] as const)('BND-CARERS %s as %j comes to %d, %d cents, findings %j', (service, visits, quantity, cents, found) => {
    const review = refined(visited(service, visits));
    const line = review.lines.find((each) => each.service === service);
    expect([line?.quantity, line?.cost.default, outcomes(review)]).toEqual([quantity, cents, found]);
  });

  it('BND-CARERS the hours of a week are those of both, and a line says so', () => {
    const one = refined(visited('psw', { perWeek: 7, minutes: 60 }));
    const two = refined(visited('psw', { perWeek: 7, minutes: 60, pairing: together }));
    expect(two.hoursPerWeek - one.hoursPerWeek).toBe(7);
    const said = ({ notes }: typeof one) => notes.find(({ rule }) => rule === 'OPS-TWO-CARERS')?.text;
    expect([said(one), said(two)]).toEqual([
      undefined,
      'Two carers come, and both are counted and paid: Personal support.',
    ]);
  });

  it('BND-CARERS what is asked of two stays the quantity that was asked for', () => {
    for (let quantity = 0.5; quantity <= 28; quantity += 0.5) {
      const visits = pairedVisits('psw', quantity, together);
      expect(visits && quantityOf('psw', visits)).toBe(quantity);
      expect(((visits?.perWeek ?? 0.1) * 4) % 1).toBe(0);
    }
    expect(pairedVisits('nursing', 2, inTurn)).toEqual({ perWeek: 2, minutes: 45, pairing: inTurn });
  });

  it('BND-ABOVE-RANGE more than asked for, or something nobody asked for', () => {
    expect(outcomes(refined(set('psw', 12)))).toEqual(['BND-ABOVE-RANGE psw reason']);
    expect(outcomes(refined(set('meals', 7)))).toEqual(['BND-ABOVE-RANGE meals reason']);
  });

  it('BND-ORDER-KEPT less than ordered is refused, reason or not', () => {
    const review = refined(set('wound', 1, 'She would rather not'));
    expect(outcomes(review)).toEqual(['BND-ORDER-KEPT wound stop']);
    expect(review.acceptable).toBe(false);
  });

  it('BND-SAFETY the choice itself needs a reason when a flag is at level 3', () => {
    const profile = {
      ...PROFILE,
      safetyFlags: { ...PROFILE.safetyFlags, 'local.harmOthers': { ...PROFILE.needs.falls, value: 3 } },
    };
    expect(outcomes(refined((drafts) => drafts, { profile }))).toEqual(['BND-SAFETY null reason']);
    expect(refined((drafts) => drafts, { profile, reason: 'Seen by the crisis team today' }).acceptable).toBe(true);
  });

  it('TWK-TO-FLOOR over the envelope the largest saving comes first', () => {
    const review = refined(set('psw', 40, 'Both helpers are away'));
    expect(review.envelope).toMatchObject({ status: 'over' });
    expect(review.tweaks[0]).toEqual({ rule: 'TWK-TO-FLOOR', service: 'psw', quantity: 4, cents: -136_800 });
  });

  it('visits decide the quantity of what is visited', () => {
    const review = refined((drafts) =>
      drafts.map((draft) => (draft.service === 'psw' ? { ...draft, visits: { perWeek: 5, minutes: 90 } } : draft)),
    );
    expect(review.lines.find(({ service }) => service === 'psw')).toMatchObject({
      quantity: 7.5,
      cost: { default: 28_500 },
    });
  });
});
