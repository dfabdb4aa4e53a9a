import { patientShard, patientsShard, updateRow } from '@fieldfare/kernel';
import type { Store } from '@fieldfare/store';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Agency, AMELIE, BEN, createAgency } from '../../test/agency.ts';
import { answersOf, type Changes } from '../../test/answers.ts';
import { exchange, openDesk, openPeer, openTestStore, type TestDesk, type TestPeer } from '../../test/context.ts';
import type { Database } from '../database.ts';
import { patients } from '../patients/index.ts';
import { BMHS } from './items/bmhs.ts';
import { CA } from './items/ca.ts';
import type { Form } from './items/form.ts';
import { HC_9 } from './items/hc-9.ts';
import { record } from './rules.ts';
import { assessments } from './tables.ts';

let store: Store<Database>;
let agency: Agency;
let desk: TestDesk;
let ben: TestPeer;

beforeAll(async () => {
  store = await openTestStore();
}, 60_000);
afterAll(() => store.close());
beforeEach(async () => {
  agency = createAgency();
  desk = await openDesk(AMELIE, store);
  await desk.commit(agency.changes);
  ben = await openPeer(BEN);
  await exchange(desk, ben, agency.shards);
});

const target = () => ({ regionId: agency.regionId, patientId: agency.simone.id });
const shards = () => [patientsShard(agency.regionId), patientShard(agency.regionId, agency.simone.id)];
const listOf = (form: Form, changes: Changes = {}) =>
  [...answersOf(form, changes)].map(([code, value]) => ({ code, value }));
const entry = (form: Form, assessedOn: string, changes: Changes = {}) => ({
  ...target(),
  instrument: form.instrument,
  formVersion: form.version,
  assessedOn,
  answers: listOf(form, changes),
  amends: null as string | null,
  reason: '',
});
const refusal = async (attempt: Promise<unknown>): Promise<unknown> => {
  try {
    await attempt;
  } catch (error) {
    return (error as { cause?: { problems?: unknown } }).cause?.problems ?? error;
  }
  return null;
};

describe('entering', () => {
  it('a draft is kept while it is entered, belongs to its author, and goes when it is completed', async () => {
    const half = { ...entry(HC_9, '2026-11-20'), answers: [{ code: 'C1', value: 2 }] };
    await desk.caller.assessments.saveDraft(half);
    await desk.caller.assessments.saveDraft({ ...half, answers: [...half.answers, { code: 'C2a', value: 1 }] });
    const { drafts } = await desk.caller.assessments.record(target());
    expect(drafts.map(({ answers }) => answers)).toEqual([
      [
        { code: 'C1', value: 2 },
        { code: 'C2a', value: 1 },
      ],
    ]);
    const other = await openDesk(BEN, store);
    await exchange(desk, other, [...agency.shards, ...shards()]);
    expect((await other.caller.assessments.record(target())).drafts).toEqual([]);
    await desk.caller.assessments.complete(entry(HC_9, '2026-11-20'));
    const after = await desk.caller.assessments.record(target());
    expect(after.drafts).toEqual([]);
    expect(after.assessments).toMatchObject([
      { instrument: 'interrai-hc', formVersion: '9.1', answered: HC_9.items.length, completedByName: 'Amélie Roy' },
    ]);
    await desk.caller.assessments.saveDraft(half);
    expect((await desk.caller.assessments.record(target())).drafts).toHaveLength(1);
    await desk.caller.assessments.discardDraft(half);
    expect((await desk.caller.assessments.record(target())).drafts).toEqual([]);
  });

  it.each([
    ['ASM-CODE', { answers: [{ code: 'Z9', value: 0 }] }],
    ['ASM-RANGE', { answers: [{ code: 'C1', value: 7 }] }],
    [
      'ASM-TWICE',
      {
        answers: [
          { code: 'C1', value: 1 },
          { code: 'C1', value: 1 },
        ],
      },
    ],
    ['ASM-EMPTY', { answers: [] }],
    ['ASM-DATE', { assessedOn: '2026-11-22' }],
    ['ASM-VERSION', { formVersion: '8' }],
    ['PAT-KNOWN', { patientId: '0190a000-0000-7000-8000-0000000000aa' }],
  ])('%s: %j is refused and nothing is stored', async (rule, wrong) => {
    const problems = await refusal(desk.caller.assessments.complete({ ...entry(HC_9, '2026-11-20'), ...wrong }));
    expect(problems).toMatchObject([{ rule }]);
    expect((await desk.caller.assessments.record(target())).assessments).toEqual([]);
  });

  it('ASM-KEEP: completing the same twice is one assessment, and it has no undo', async () => {
    const first = await desk.caller.assessments.complete(entry(HC_9, '2026-11-20'));
    expect(await desk.caller.assessments.complete(entry(HC_9, '2026-11-20'))).toEqual(first);
    expect((await desk.caller.assessments.record(target())).assessments).toHaveLength(1);
    expect(desk.commands).toEqual([]);
  });
});

describe('amending', () => {
  it('ASM-AMEND: the amendment stands, what it amends stays readable', async () => {
    const { assessmentId } = await desk.caller.assessments.complete(entry(HC_9, '2026-11-10'));
    const amendment = {
      ...entry(HC_9, '2026-11-09', { 'falls.band': 3 }),
      amends: assessmentId,
      reason: 'a fall was missed',
    };
    const second = await desk.caller.assessments.complete(amendment);
    const after = await desk.caller.assessments.record(target());
    expect(after.assessments.map(({ id, supersededBy }) => [id, supersededBy])).toEqual([
      [assessmentId, second.assessmentId],
      [second.assessmentId, null],
    ]);
    expect(after.needs.profile.needs.falls.value).toBe(2);
    expect(after.needs.comparison).toBeNull();
    expect(after.dueOn).toBe('2027-02-07');
    const old = await desk.caller.assessments.get({ ...target(), assessmentId });
    expect(old.answers).toContainEqual({ code: 'J1', value: 0 });
    const again = { ...amendment, assessedOn: '2026-11-08' };
    expect(await refusal(desk.caller.assessments.complete(again))).toMatchObject([{ rule: 'ASM-AMEND' }]);
  });

  it.each([
    ['without a reason', { reason: ' ' }],
    [
      'of another instrument',
      { instrument: 'interrai-ca', formVersion: '10.0.1', answers: [{ code: 'C1', value: 0 }] },
    ],
    ['of nothing', { amends: '0190a000-0000-7000-8000-0000000000aa' }],
  ] as const)('ASM-AMEND: refused %s', async (_, wrong) => {
    const { assessmentId } = await desk.caller.assessments.complete(entry(HC_9, '2026-11-10'));
    const amendment = { ...entry(HC_9, '2026-11-10', { 'falls.band': 1 }), amends: assessmentId, reason: 'a fall' };
    const problems = await refusal(desk.caller.assessments.complete({ ...amendment, ...wrong } as typeof amendment));
    expect(problems).toMatchObject([{ rule: 'ASM-AMEND' }]);
  });

  it('ASM-KEEP: two who amend the same one offline both stand, and the later one speaks', async () => {
    const { assessmentId } = await desk.caller.assessments.complete(entry(HC_9, '2026-11-10'));
    await exchange(desk, ben, shards());
    await desk.caller.assessments.complete({
      ...entry(HC_9, '2026-11-10', { 'falls.band': 2 }),
      amends: assessmentId,
      reason: 'one fall',
    });
    const amended = ben.replica.row(shards()[1] as string, assessments.name, assessmentId);
    const theirs = record(
      HC_9,
      {
        instrument: 'interrai-hc',
        formVersion: '9.1',
        assessedOn: '2026-11-10',
        answers: listOf(HC_9, { 'falls.band': 3 }),
      },
      { ...target(), source: 'entry', completedAt: '2026-11-21T13:00:00.000Z', completedBy: BEN.id },
      { amended: { ...amended?.fields, id: assessmentId } as never, reason: 'two falls' },
    );
    await ben.commit(theirs.changes);
    await exchange(desk, ben, shards());
    await desk.projected();
    const after = await desk.caller.assessments.record(target());
    expect(after.assessments.filter(({ supersededBy }) => supersededBy === null)).toHaveLength(2);
    expect(after.needs.profile.needs.falls.value).toBe(2);
    expect(after.needs.used.map(({ id }) => id)).toEqual([theirs.id]);
    expect(after.dueOn).toBe('2027-02-08');
  });
});

describe('due dates', () => {
  it('the list names the last day and the next without opening a record', async () => {
    await desk.caller.assessments.complete(entry(CA, '2026-09-01'));
    await desk.caller.assessments.complete(entry(HC_9, '2026-10-01'));
    await desk.caller.assessments.complete(entry(BMHS, '2026-10-20'));
    const { lines, today } = await desk.caller.assessments.caseload({ regionId: agency.regionId });
    expect(today).toBe('2026-11-21');
    expect(lines.map(({ givenName, assessedOn, dueOn }) => [givenName, assessedOn, dueOn])).toEqual([
      ['Ines', null, null],
      ['Paul', null, null],
      ['Simone', '2026-10-20', '2026-12-30'],
    ]);
  });
  it('yields the list again when somebody is assessed', async () => {
    const events = await desk.caller.assessments.caseloadEvents({ regionId: agency.regionId });
    const seen: (string | null)[] = [];
    for await (const { lines } of events) {
      const [, , simone] = lines;
      seen.push(simone?.assessedOn ?? null);
      if (seen.length === 1) await desk.caller.assessments.complete(entry(CA, '2026-11-01'));
      else break;
    }
    expect(seen).toEqual([null, '2026-11-01']);
  });
});

describe('the needs profile', () => {
  it('comes from what stands, with the record of context and the age band', async () => {
    await desk.commit([updateRow(patients, agency.simone, { birthDate: '1938-12-01' })]);
    await desk.caller.assessments.setContext({ ...target(), set: { internet: true } });
    await desk.caller.assessments.setContext({ ...target(), set: { techReadiness: 2, rurality: 'rural' } });
    await desk.caller.assessments.complete(entry(HC_9, '2026-08-01'));
    await desk.caller.assessments.complete(
      entry(HC_9, '2026-11-01', { 'adl.hygiene': 4, 'adl.change': 2, 'helper.overwhelmed': 1 }),
    );
    const { profile, comparison, used } = await desk.caller.assessments.profile(target());
    expect(profile.needs).toMatchObject({
      adlHierarchy: { value: 3, status: 'published' },
      internet: { value: true, status: 'recorded' },
      techReadiness: { value: 2 },
      rurality: { value: 'rural' },
      ageBand: { value: '85-89' },
      urgency: { value: null, missing: ['interrai-ca'] },
    });
    expect(used).toHaveLength(1);
    expect(comparison?.assessedOn).toBe('2026-08-01');
    expect(comparison?.changes).toContainEqual({
      kind: 'need',
      id: 'adlHierarchy',
      before: 0,
      after: 3,
      direction: 'worse',
    });
  });
});

describe('permission', () => {
  it('PERM: a viewer reads and does not write; another region sees nothing', async () => {
    const viewer = await openDesk({ ...BEN, role: 'viewer' }, store);
    await viewer.commit(agency.changes);
    expect((await viewer.caller.assessments.record(target())).writable).toBe(false);
    expect(await refusal(viewer.caller.assessments.complete(entry(HC_9, '2026-11-20')))).toMatchObject([
      { rule: 'PERM-ACTION' },
    ]);
    const stranger = await openDesk({ ...BEN, regionIds: ['0190a000-0000-7000-8000-0000000000aa'] }, store);
    expect(await refusal(stranger.caller.assessments.record(target()))).toMatchObject([{ rule: 'PERM-REGION' }]);
  });
});
