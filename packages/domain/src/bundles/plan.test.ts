import { profileWith } from '@fieldfare/engine-bundles/generate';
import { addWeeks, patientShard, updateRow } from '@fieldfare/kernel';
import type { Store } from '@fieldfare/store';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Agency, AMELIE, BEN, createAgency, DAYS, requirementRow, WEEK } from '../../test/agency.ts';
import { exchange, openDesk, openPeer, openTestStore, type TestDesk } from '../../test/context.ts';
import type { Database } from '../database.ts';
import { chooseBundle, type LineInput } from './commands.ts';
import { lineIdOf } from './line-rows.ts';
import type { PlanView } from './plan-view.ts';
import { type ServiceLineRow, serviceLines } from './tables.ts';

let store: Store<Database>;
beforeAll(async () => {
  store = await openTestStore();
}, 60_000);
afterAll(() => store.close());

const MONDAY = DAYS[0] as string;
const WEEKS = [0, 1, 2, 3, 4].map((step) => addWeeks(WEEK, step));

/** 7 hours of personal support and 2 nursing visits by default. */
const PROFILE = profileWith({ personalSupport: 4, instability: 3, urgency: 3 });

interface Scene {
  readonly agency: Agency;
  readonly desk: TestDesk;
  readonly at: { readonly regionId: string; readonly patientId: string };
  /** Chooses and returns the draft. */
  choose(axis?: string, reason?: string): Promise<string>;
  /** Signs what the effect shows. */
  sign(planId: string, startsOn?: string): Promise<{ readonly planned: number; readonly cancelled: number }>;
}

async function scene(profile = PROFILE): Promise<Scene> {
  const agency = createAgency(WEEKS);
  const desk = await openDesk(AMELIE, store);
  await desk.commit(agency.changes);
  await desk.projected();
  const at = { regionId: agency.regionId, patientId: agency.simone.id };
  return {
    agency,
    desk,
    at,
    async choose(axis = 'stability', reason = '') {
      const input = { ...at, streamId: 'ltc-high', axis, reason };
      return (await chooseBundle(desk.ctx, input, profile)).planId;
    },
    async sign(planId, startsOn = MONDAY) {
      const input = { ...at, planId, startsOn, beside: [] };
      const { token } = await desk.caller.bundles.effect(input);
      return await desk.caller.bundles.sign({ ...input, token });
    },
  };
}

interface Problems {
  readonly problems?: readonly { readonly rule?: string }[];
}

async function rulesOf(call: Promise<unknown>): Promise<(string | undefined)[]> {
  try {
    await call;
    return [];
  } catch (error) {
    const { problems, cause } = error as Problems & { readonly cause?: Problems };
    return (problems ?? cause?.problems ?? [{ rule: String(error) }]).map(({ rule }) => rule);
  }
}

const linesOf = (plan: Pick<PlanView, 'lines'>): LineInput[] =>
  plan.lines.map(({ service, quantity, visits, provider, mode, reason }) => ({
    service,
    quantity,
    visits,
    provider,
    mode,
    reason,
  }));

const week = (plan: { readonly lines: readonly { service: string; amount: string }[] }): string[] =>
  plan.lines.map(({ service, amount }) => `${service}: ${amount}`);

describe('care plans', () => {
  it('a chosen scenario becomes a draft with its lines, and the next choice takes its place', async () => {
    const { desk, at, choose } = await scene();
    await choose('medical');
    const planId = await choose();
    const plan = await desk.caller.bundles.plan({ ...at, planId });
    expect(plan).toMatchObject({ status: 'draft', version: null, axisName: 'Stability and safety' });
    expect(week(plan).sort()).toEqual(['nursing: 5 visits every 2 weeks', 'pers: 1 subscription', 'psw: 7.5 hours']);
    expect(plan.lines.find(({ service }) => service === 'psw')).toMatchObject({ provider: 'own', scheduled: true });
    expect(plan.review).toMatchObject({ acceptable: true, centsAgainstScenario: 0 });
    expect((await desk.caller.bundles.plans(at)).map(({ id }) => id)).toEqual([planId]);
    expect(desk.commands).toEqual(['Choose Medical-intensive', 'Choose Stability and safety']);
  });

  it('BND-CHOICE only an axis that applies can be chosen', async () => {
    const { choose } = await scene();
    expect(await rulesOf(choose('recovery'))).toEqual(['BND-CHOICE']);
  });

  it('lines are judged before they are saved, and saved line by line', async () => {
    const { desk, at, choose } = await scene();
    const planId = await choose();
    const plan = await desk.caller.bundles.plan({ ...at, planId });
    const lines = linesOf(plan).map((line) =>
      line.service === 'psw' ? { ...line, visits: { perWeek: 3, minutes: 60 } } : line,
    );
    const review = await desk.caller.bundles.review({ ...at, planId, lines, reason: '' });
    expect(review).toMatchObject({ acceptable: false, centsAgainstScenario: -17_100 });
    expect(review.findings).toMatchObject([{ rule: 'BND-BELOW-FLOOR', service: 'psw', outcome: 'reason' }]);
    expect(await desk.caller.bundles.save({ ...at, planId, lines, reason: '' })).toEqual({ changed: 1 });
    expect(await desk.caller.bundles.save({ ...at, planId, lines, reason: '' })).toEqual({ changed: 0 });
    const effect = await desk.caller.bundles.effect({ ...at, planId, startsOn: MONDAY, beside: [] });
    const sign = { ...at, planId, startsOn: MONDAY, beside: [], token: effect.token };
    expect(await rulesOf(desk.caller.bundles.sign(sign))).toEqual(['BND-BELOW-FLOOR']);
    const withReason = lines.map((line) => (line.service === 'psw' ? { ...line, reason: 'Her son helps' } : line));
    await desk.caller.bundles.save({ ...at, planId, lines: withReason, reason: '' });
    await desk.caller.bundles.sign(sign);
    expect((await desk.caller.bundles.plan({ ...at, planId })).overrides).toMatchObject([
      { rule: 'BND-BELOW-FLOOR', label: 'Personal support', reason: 'Her son helps', by: AMELIE.name },
    ]);
  });

  it.each([
    ['a third of a visit', { service: 'psw', quantity: 0, visits: { perWeek: 1.3, minutes: 60 } }],
    ['visits of meals', { service: 'meals', quantity: 5, visits: { perWeek: 5, minutes: 10 } }],
  ] as const)('CPL-VISITS refuses %s', async (_, wrong) => {
    const { desk, at, choose } = await scene();
    const planId = await choose();
    const lines = [{ ...wrong, provider: 'any', mode: 'in-person', reason: '' } as const];
    expect(await rulesOf(desk.caller.bundles.save({ ...at, planId, lines, reason: '' }))).toEqual(['CPL-VISITS']);
  });

  it('signing shows what it will do, then does it: requirements, visits of the week, in the tray', async () => {
    const { agency, desk, at, choose, sign } = await scene();
    const old = agency.requirement({ visitsPerWeek: 3, preferredStaffId: agency.joan.id });
    await desk.commit([requirementRow(old)]);
    await desk.caller.scheduling.planWeek({ regionId: at.regionId, week: WEEK });
    const planId = await choose();
    const effect = await desk.caller.bundles.effect({ ...at, planId, startsOn: MONDAY, beside: [] });
    expect(effect.ends).toMatchObject([{ requirementId: old.id, service: 'Nursing', text: '3 × 45 min a week' }]);
    expect(effect.begins.map(({ service, text }) => `${service} ${text}`)).toEqual([
      'Nursing 1 × 45 min every 2 weeks',
      'Nursing 2 × 45 min a week',
      'Personal support 9 × 50 min a week',
    ]);
    expect(effect.arranged).toEqual(['Emergency response']);
    expect(effect.weeks).toEqual([{ week: WEEK, planned: 12, cancelled: 3, withCarer: 0 }]);
    expect(await sign(planId)).toEqual({ planned: 12, cancelled: 3 });

    const board = await desk.caller.scheduling.week({ regionId: at.regionId, week: WEEK });
    expect(board.visits).toHaveLength(12);
    expect(board.visits.every(({ staffId }) => staffId === null)).toBe(true);
    expect(await desk.caller.scheduling.planWeek({ regionId: at.regionId, week: WEEK })).toEqual({ created: 0 });
    // PLAN-EVERY: the fortnightly visit is not due in the week after.
    expect(await desk.caller.scheduling.planWeek({ regionId: at.regionId, week: WEEKS[1] as string })).toEqual({
      created: 11,
    });
    const [familiar] = await store.db
      .selectFrom('requirements')
      .select('preferredStaffId')
      .where('patientId', '=', at.patientId)
      .where('serviceCode', '=', 'nursing')
      .where('endsOn', 'is', null)
      .execute();
    expect(familiar?.preferredStaffId).toBe(agency.joan.id);
  });

  it('a requirement kept beside the plan goes on, its visits too', async () => {
    const { agency, desk, at, choose } = await scene();
    const old = agency.requirement();
    await desk.commit([requirementRow(old)]);
    const planId = await choose();
    const input = { ...at, planId, startsOn: MONDAY, beside: [old.id] };
    expect((await desk.caller.bundles.effect(input)).ends).toEqual([]);
  });

  it('CPL-STALE what changed in between is looked at again', async () => {
    const { agency, desk, at, choose } = await scene();
    const planId = await choose();
    const input = { ...at, planId, startsOn: MONDAY, beside: [] };
    const { token } = await desk.caller.bundles.effect(input);
    await desk.commit([requirementRow(agency.requirement())]);
    expect(await rulesOf(desk.caller.bundles.sign({ ...input, token }))).toEqual(['CPL-STALE']);
    const past = { ...input, startsOn: '2026-11-20' };
    expect(await rulesOf(desk.caller.bundles.effect(past))).toEqual(['CPL-START']);
  });

  it('DEM-SAME a new version leaves what it does not change alone, and says what it changes', async () => {
    const { desk, at, choose, sign } = await scene();
    const first = await choose();
    await sign(first);
    expect(await rulesOf(desk.caller.bundles.save({ ...at, planId: first, lines: [], reason: '' }))).toEqual([
      'CPL-DRAFT',
    ]);
    const { planId } = await desk.caller.bundles.revise({ ...at, planId: first });
    const lines = linesOf(await desk.caller.bundles.plan({ ...at, planId })).map((line) =>
      line.service === 'psw' ? { ...line, visits: { perWeek: 7, minutes: 60 } } : line,
    );
    await desk.caller.bundles.save({ ...at, planId, lines, reason: '' });
    const later = DAYS[3] as string;
    const effect = await desk.caller.bundles.effect({ ...at, planId, startsOn: later, beside: [] });
    expect(effect.stays.map(({ service }) => service)).toEqual(['Nursing', 'Nursing']);
    expect([...effect.ends, ...effect.begins].map(({ text }) => text)).toEqual([
      '9 × 50 min a week',
      '7 × 60 min a week',
    ]);
    await sign(planId, later);
    const plan = await desk.caller.bundles.plan({ ...at, planId });
    expect(plan).toMatchObject({ status: 'upcoming', version: 2, replacesVersion: 1, signedBy: AMELIE.name });
    expect(plan.changes.filter(({ kind }) => kind !== 'same')).toMatchObject([
      {
        service: 'psw',
        kind: 'changed',
        before: '7.5 hours',
        after: '7 hours',
        fields: expect.arrayContaining(['minutes']),
      },
    ]);
  });

  it('CPL-PAIR a line asks for two carers: shown, costed, saved, and signed as pairs of visits', async () => {
    const { desk, at, choose, sign } = await scene();
    const planId = await choose();
    const withPsw = async (visits: LineInput['visits']): Promise<LineInput[]> =>
      linesOf(await desk.caller.bundles.plan({ ...at, planId })).map((line) =>
        line.service === 'psw' ? { ...line, visits } : line,
      );
    const backwards = { kind: 'after', leastMinutes: 60, mostMinutes: 30 } as const;
    const wrong = await withPsw({ perWeek: 7, minutes: 30, pairing: backwards });
    expect(await rulesOf(desk.caller.bundles.save({ ...at, planId, lines: wrong, reason: '' }))).toEqual(['CPL-PAIR']);

    const pairing = { kind: 'after', leastMinutes: 0, mostMinutes: 30 } as const;
    const lines = await withPsw({ perWeek: 7, minutes: 30, pairing });
    await desk.caller.bundles.save({ ...at, planId, lines, reason: '' });
    const draft = await desk.caller.bundles.plan({ ...at, planId });
    const psw = draft.lines.find(({ service }) => service === 'psw');
    expect(psw).toMatchObject({ amount: '7 hours', visits: { perWeek: 7, minutes: 30, pairing } });
    expect(draft.review?.acceptable).toBe(true);
    const effect = await desk.caller.bundles.effect({ ...at, planId, startsOn: MONDAY, beside: [] });
    expect(effect.begins.at(-1)?.text).toBe('7 × 30 min a week, two carers');
    await sign(planId);
    const { visits } = await desk.caller.scheduling.week({ regionId: at.regionId, week: WEEK });
    const care = visits.filter(({ serviceCode }) => serviceCode === 'psw');
    expect(care).toHaveLength(14);
    const second = care.flatMap(({ pair }) => (pair?.order === 'second' ? [pair.pairing] : []));
    expect(second).toEqual(Array.from({ length: 7 }, () => pairing));
  });

  it('CPL-PAIR two carers who come now are taken over into the draft, within its hours, and one may take their place', async () => {
    const { agency, desk, at, choose } = await scene();
    const pairing = { kind: 'together' } as const;
    const old = agency.requirement({ serviceCode: 'psw', visitsPerWeek: 14, minutes: 30, pairing });
    await desk.commit([requirementRow(old)]);
    const first = await choose();
    const pswOf = async (planId: string) =>
      (await desk.caller.bundles.plan({ ...at, planId })).lines.find(({ service }) => service === 'psw');
    expect(await pswOf(first)).toMatchObject({ amount: '7.5 hours', visits: { perWeek: 3, minutes: 75, pairing } });
    const alone = linesOf(await desk.caller.bundles.plan({ ...at, planId: first })).map((line) =>
      line.visits ? { ...line, visits: { perWeek: 9, minutes: 50 } } : line,
    );
    await desk.caller.bundles.save({ ...at, planId: first, lines: alone, reason: 'x' });
    const effect = await desk.caller.bundles.effect({ ...at, planId: first, startsOn: MONDAY, beside: [] });
    expect(effect.begins.some(({ text }) => text.includes('two carers'))).toBe(false);
    expect(effect.ends.map(({ text }) => text)).toEqual(['14 × 30 min a week, two carers']);
  });

  it('CPL-PAIR a second carer whom a person asked for since is in the next version', async () => {
    const { agency, desk, at, choose, sign } = await scene();
    const first = await choose();
    await sign(first);
    const pairing = { kind: 'together' } as const;
    await desk.commit([requirementRow(agency.requirement({ serviceCode: 'psw', pairing }))]);
    const { planId } = await desk.caller.bundles.revise({ ...at, planId: first });
    const plan = await desk.caller.bundles.plan({ ...at, planId });
    expect(plan.lines.find(({ service }) => service === 'psw')).toMatchObject({
      amount: '15 hours',
      visits: { perWeek: 9, minutes: 50, pairing },
    });
    expect(plan.changes.find(({ service }) => service === 'psw')?.fields).toEqual(['quantityHundredths', 'pairing']);
  });

  it('BND-REQUIRED without an assessment nothing is recommended, and what is unknown is named', async () => {
    const { desk, at } = await scene();
    const proposal = await desk.caller.bundles.propose({ ...at, streamId: 'standard' });
    expect(proposal).toMatchObject({
      recommended: null,
      assessedOn: null,
      calibration: 'uncalibrated',
      startWithinHours: null,
      stops: ['Personal support need is not known.', 'Health instability is not known.'],
    });
    expect(proposal.unknown).toContain('Urgency of service');
    expect(proposal.notApplicable.map(({ axis }) => axis)).toEqual(['recovery', 'tech', 'caregiver', 'medical']);
    const unknown = { ...at, streamId: 'lottery' };
    expect(await rulesOf(desk.caller.bundles.propose(unknown))).toEqual(['BND-STREAM']);
  });

  it('BST-VERSION an administrator adopts a new matrix; a coordinator does not', async () => {
    const { agency, desk } = await scene();
    const admin = await openDesk({ ...BEN, role: 'admin' }, store);
    await exchange(desk, admin, agency.shards);
    await admin.projected();
    const { kinds } = await admin.caller.bundles.settings();
    const shipped = kinds.find(({ kind }) => kind === 'matrix')?.content ?? '';
    const matrix = { kind: 'matrix', content: shipped.replace('"version": "1.0.0"', '"version": "1.1.0"') } as const;
    expect(await admin.caller.bundles.checkSetting({ kind: 'matrix', content: shipped })).toMatchObject([
      { rule: 'BST-VERSION' },
    ]);
    const note = 'Reviewed by the clinical lead';
    expect(await rulesOf(desk.caller.bundles.adoptSetting({ ...matrix, note }))).toEqual(['PERM-ACTION']);
    expect(await admin.caller.bundles.adoptSetting({ ...matrix, note })).toEqual({ version: '1.1.0' });
    expect((await admin.caller.bundles.settings()).kinds[0]).toMatchObject({ note, content: matrix.content });
  });

  it('ending a plan takes its visits off from the day after', async () => {
    const { desk, at, choose, sign } = await scene();
    const planId = await choose();
    await sign(planId);
    const input = { ...at, planId, endsOn: DAYS[2] as string, beside: [] };
    const { token, weeks } = await desk.caller.bundles.endEffect(input);
    const { cancelled } = await desk.caller.bundles.end({ ...input, reason: 'Moved in with her son', token });
    expect(weeks).toMatchObject([{ week: WEEK, planned: 0, cancelled }]);
    const { visits } = await desk.caller.scheduling.week({ regionId: at.regionId, week: WEEK });
    expect(visits.length).toBe(12 - cancelled);
    expect(visits.every(({ date }) => (date ?? '') <= input.endsOn)).toBe(true);
    expect(await rulesOf(desk.caller.bundles.end({ ...input, reason: '', token }))).toEqual(['CPL-SIGNED']);
  });

  it('says who could deliver it in a week, without writing anything', async () => {
    const { desk, at, choose } = await scene();
    const planId = await choose();
    const before = desk.commands.length;
    const found = await desk.caller.bundles.delivery({ ...at, planId, startsOn: MONDAY, beside: [], week: WEEK });
    expect(found.map(({ service, visits, placed }) => [service, visits, placed])).toEqual([
      ['Personal support', 9, 9],
      ['Nursing', 2, 2],
      ['Nursing', 1, 1],
    ]);
    expect(found[0]?.carers.reduce((sum, { visits }) => sum + visits, 0)).toBe(9);
    expect(found[0]?.carers.every(({ name }) => name.endsWith(' Roy'))).toBe(true);
    expect(desk.commands).toHaveLength(before);
  });

  it('BND-SAFETY a flag at level 3 wants a reason for the choice itself', async () => {
    const risky = {
      ...PROFILE,
      safetyFlags: { ...PROFILE.safetyFlags, 'local.selfHarm': { ...PROFILE.needs.falls, value: 3 } },
    };
    const { desk, at, choose, sign } = await scene(risky);
    const planId = await choose();
    expect(await rulesOf(sign(planId))).toEqual(['BND-SAFETY']);
    const lines = linesOf(await desk.caller.bundles.plan({ ...at, planId }));
    await desk.caller.bundles.save({ ...at, planId, lines, reason: 'Crisis team saw her today' });
    await sign(planId);
    expect((await desk.caller.bundles.plan({ ...at, planId })).overrides).toMatchObject([
      { rule: 'BND-SAFETY', label: 'The bundle', reason: 'Crisis team saw her today' },
    ]);
  });

  it('two people who adjust different lines of a draft offline keep both changes', async () => {
    const { agency, desk, at, choose } = await scene();
    const planId = await choose();
    const ben = await openPeer(BEN);
    const shards = [...agency.shards, patientShard(at.regionId, at.patientId)];
    await exchange(desk, ben, shards);
    const minutes = async (): Promise<Record<string, number | undefined>> => {
      const { lines } = await desk.caller.bundles.plan({ ...at, planId });
      return Object.fromEntries(lines.map(({ service, visits }) => [service, visits?.minutes]));
    };
    const lines = linesOf(await desk.caller.bundles.plan({ ...at, planId })).map((line) =>
      line.service === 'psw' ? { ...line, visits: { perWeek: 9, minutes: 40 } } : line,
    );
    await desk.caller.bundles.save({ ...at, planId, lines, reason: '' });
    const nursing = { ...at, id: lineIdOf(planId, 'nursing') } as ServiceLineRow;
    await ben.commit([updateRow(serviceLines, nursing, { minutes: 60 })]);
    await exchange(desk, ben, shards);
    await desk.projected();
    expect(await minutes()).toMatchObject({ psw: 40, nursing: 60 });
  });

  it('a viewer reads plans and signs nothing', async () => {
    const { agency, at, choose, desk } = await scene();
    const planId = await choose();
    const viewer = await openDesk({ id: BEN.id, name: 'Vera', role: 'viewer' }, store);
    await exchange(desk, viewer, [...agency.shards, patientShard(at.regionId, at.patientId)]);
    await viewer.projected();
    expect((await viewer.caller.bundles.plan({ ...at, planId })).status).toBe('draft');
    const input = { ...at, planId, startsOn: MONDAY, beside: [], token: 'x' };
    expect(await rulesOf(viewer.caller.bundles.sign(input))).toEqual(['PERM-ACTION']);
    expect(await rulesOf(viewer.caller.bundles.discard({ ...at, planId }))).toEqual(['PERM-ACTION']);
  });
});
