import type { PlanView } from '@fieldfare/domain';
import type { ServiceRequest } from 'fhir/r4.js';
import { describe, expect, it } from 'vitest';
import { carePlanBundle } from './care-plan.ts';

const line = (over: Partial<PlanView['lines'][number]>): PlanView['lines'][number] => ({
  service: 'psw',
  label: 'Personal support',
  unit: 'hour',
  step: 0.5,
  quantity: 7,
  amount: '7 hours',
  visits: { perWeek: 7, minutes: 60 },
  provider: 'any',
  mode: 'in-person',
  priority: 'routine',
  ordered: false,
  oneOff: false,
  windows: [{ weekdays: [], from: '08:00', to: '10:00' }],
  reason: '',
  scheduled: true,
  ...over,
});

const PLAN: PlanView = {
  id: '0190a000-0000-7000-8000-0000000000a1',
  regionId: '0190a000-0000-7000-8000-0000000000b1',
  patientId: '0190a000-0000-7000-8000-0000000000c1',
  replacesId: null,
  status: 'active',
  version: 2,
  axis: 'stability',
  axisName: 'Stability and safety',
  streamId: 'ltc-high',
  createdAt: '2026-11-21T10:00:00.000Z',
  createdBy: 'Amélie Roy',
  startsOn: '2026-11-23',
  signedAt: '2026-11-21T11:00:00.000Z',
  signedBy: 'Amélie Roy',
  endsOn: null,
  reason: '',
  lines: [line({})],
  review: null,
  reviewProblem: null,
  changes: [],
  replacesVersion: 1,
  overrides: [],
  versions: { matrix: '1.0.0', axes: '1.0.0', rates: '1.0.0' },
  calibration: 'uncalibrated',
  services: [],
  assessedOn: '2026-11-02',
  unknown: [],
};

const AT = '2026-11-21T12:00:00.000Z';

const requests = (plan: PlanView): ServiceRequest[] =>
  (carePlanBundle(plan, AT).entry ?? []).flatMap(({ resource }) =>
    resource?.resourceType === 'ServiceRequest' ? [resource] : [],
  );

const plans = (plan: PlanView) => carePlanBundle(plan, AT).entry?.[0]?.resource;

describe('care plan as FHIR R4', () => {
  it('one CarePlan refers to one ServiceRequest a line, which is based on it', () => {
    const plan = { ...PLAN, lines: [line({}), line({ service: 'pers', label: 'Emergency response', visits: null })] };
    const own = requests(plan);
    expect(plans(plan)).toMatchObject({
      resourceType: 'CarePlan',
      activity: own.map(({ id }) => ({ reference: { reference: `ServiceRequest/${id}` } })),
    });
    expect(new Set(own.map(({ id }) => id)).size).toBe(2);
    expect(own.every(({ basedOn }) => basedOn?.[0]?.reference === `CarePlan/${PLAN.id}`)).toBe(true);
    expect(own[1]?.occurrenceTiming).toEqual({
      repeat: { boundsPeriod: { start: '2026-11-23' }, period: 1, periodUnit: 'wk' },
    });
  });

  it('says that two carers come', () => {
    const pairing = { kind: 'together' } as const;
    const visits = { perWeek: 7, minutes: 60 };
    const [alone] = requests({ ...PLAN, lines: [line({ visits })] });
    const [both] = requests({ ...PLAN, lines: [line({ visits: { ...visits, pairing } })] });
    expect([alone?.orderDetail, both?.orderDetail]).toEqual([undefined, [{ text: 'Two carers together' }]]);
  });

  it.each([
    ['draft', null, 'draft', 'proposal', 'proposal'],
    ['upcoming', AT, 'active', 'plan', 'order'],
    ['active', AT, 'active', 'plan', 'order'],
    ['superseded', AT, 'completed', 'plan', 'order'],
    ['ended', AT, 'completed', 'plan', 'order'],
  ] as const)('FHR-STATUS FHR-INTENT %s', (status, signedAt, expected, planIntent, requestIntent) => {
    const plan = { ...PLAN, status, signedAt };
    expect(plans(plan)).toMatchObject({ status: expected, intent: planIntent });
    expect(requests(plan)[0]).toMatchObject({ status: expected, intent: requestIntent });
  });

  it.each([
    [7, 7, 1],
    [2.5, 5, 2],
    [0.25, 1, 4],
    [0.75, 3, 4],
  ])('FHR-TIMING %s visits a week are %s in %s weeks', (perWeek, frequency, period) => {
    const [request] = requests({ ...PLAN, lines: [line({ visits: { perWeek, minutes: 45 } })] });
    expect(request?.occurrenceTiming?.repeat).toMatchObject({ frequency, period, periodUnit: 'wk', duration: 45 });
  });

  it('days are named where one window says them', () => {
    const windows = [{ weekdays: [1, 3, 5], from: '08:00', to: '10:00' }];
    const days = (plan: PlanView) => requests(plan)[0]?.occurrenceTiming?.repeat?.dayOfWeek;
    expect(days({ ...PLAN, lines: [line({ windows })] })).toEqual(['mon', 'wed', 'fri']);
    expect(days({ ...PLAN, lines: [line({ windows: [...windows, ...windows] })] })).toBeUndefined();
  });

  it('what was overridden stands in the notes with who and when; a later version names the one it replaces', () => {
    const plan = {
      ...PLAN,
      replacesId: '0190a000-0000-7000-8000-0000000000a0',
      overrides: [
        { rule: 'BND-BELOW-FLOOR', label: 'Personal support', reason: 'Her son helps', by: 'Amélie Roy', at: AT },
      ],
    };
    expect(plans(plan)).toMatchObject({
      replaces: [{ reference: 'CarePlan/0190a000-0000-7000-8000-0000000000a0' }],
      note: [{ text: 'Personal support: Her son helps', authorString: 'Amélie Roy', time: AT }],
    });
  });
});
