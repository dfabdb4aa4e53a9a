import { profileWith } from '@fieldfare/engine-bundles/generate';
import type { Store } from '@fieldfare/store';
import { createFakeClock } from '@fieldfare/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AMELIE, createAgency, DAYS, WEEK } from '../../test/agency.ts';
import { answersOf } from '../../test/answers.ts';
import { NOW, openDesk, openTestStore } from '../../test/context.ts';
import { FORMS } from '../assessments/index.ts';
import type { Database } from '../database.ts';
import { bundleChoices, type ChoiceFact, choiceRows } from './bundle-choices.ts';
import { chooseBundle } from './commands.ts';

/** Saturday of the week in which the plan begins. */
const TODAY = DAYS[5] ?? '';

const fact = (over: Partial<ChoiceFact> = {}): ChoiceFact => ({
  axis: 'stability',
  asRecommended: true,
  level: 4,
  levelNow: null,
  overrides: 0,
  visits: 0,
  covered: 0,
  days: 0,
  hospitalDays: 0,
  ...over,
});

describe('choiceRows', () => {
  it('INS-CHOSEN counts every plan once under its axis and need, the greatest need first', () => {
    const facts = [
      fact({ overrides: 2 }),
      fact({ asRecommended: false }),
      fact({ level: null }),
      fact({ level: 5 }),
      fact({ axis: 'medical' }),
    ];
    const rows = choiceRows(facts, (axis) => axis.toUpperCase());
    expect(rows.map(({ axisName, level, chosen }) => [axisName, level, chosen])).toEqual([
      ['MEDICAL', 4, 1],
      ['STABILITY', 5, 1],
      ['STABILITY', 4, 2],
      ['STABILITY', null, 1],
    ]);
    expect(rows[2]).toMatchObject({ asRecommended: 1, overridden: 1 });
  });

  it('INS-FOLLOWED, INS-HOSPITAL, INS-NEED add up what followed, and need changes only of those assessed again', () => {
    const facts = [
      fact({ visits: 10, covered: 9, levelNow: 3, days: 30, hospitalDays: 4 }),
      fact({ visits: 5, covered: 5, levelNow: 6, days: 14 }),
      fact({ visits: 1, covered: 0 }),
    ];
    expect(choiceRows(facts, String)).toMatchObject([
      { visits: 16, covered: 14, days: 44, hospitalDays: 4, reassessed: 2, needChange: 1 },
    ]);
  });
});

describe('choices of a region', () => {
  let store: Store<Database>;
  beforeAll(async () => {
    store = await openTestStore();
  }, 60_000);
  afterAll(() => store.close());

  it('reads what was signed and how much of it was delivered', async () => {
    const agency = createAgency();
    const clock = createFakeClock(NOW);
    const desk = await openDesk(AMELIE, store, clock);
    await desk.commit(agency.changes);
    const [form] = FORMS;
    if (!form) throw new Error('there is no form');
    const at = { regionId: agency.regionId, patientId: agency.simone.id };
    await desk.caller.assessments.complete({
      ...at,
      instrument: form.instrument,
      formVersion: form.version,
      assessedOn: '2026-11-01',
      answers: [...answersOf(form)].map(([code, value]) => ({ code, value })),
      amends: null,
      reason: '',
    });
    const choice = { ...at, streamId: 'ltc-high', axis: 'stability', reason: 'as she wishes' };
    const profile = { ...profileWith({ personalSupport: 4, instability: 3, urgency: 3 }), assessedOn: '2026-10-01' };
    const { planId } = await chooseBundle(desk.ctx, choice, profile);
    const signing = { ...at, planId, startsOn: DAYS[0] ?? '', beside: [] };
    const { token } = await desk.caller.bundles.effect(signing);
    await desk.caller.bundles.sign({ ...signing, token });
    const week = { regionId: agency.regionId, week: WEEK };
    const board = await desk.caller.scheduling.week(week);
    const tray = board.visits.filter(({ patientId, staffId }) => patientId === at.patientId && staffId === null);
    const placed: string[] = [];
    for (const { id: visitId } of tray) {
      const places = await desk.caller.scheduling.suggest({ ...week, visitId });
      const place = places.find(({ match, date }) => match !== 'none' && date < TODAY);
      if (!place || placed.length === 2) continue;
      const { staffId, date, start } = place;
      await desk.caller.scheduling.assign({ ...week, visitId, staffId, date, start });
      placed.push(visitId);
    }
    await desk.caller.scheduling.cancelVisit({ ...week, visitId: placed[1] ?? '' });

    const planned = board.visits.filter(({ patientId, date }) => patientId === at.patientId && date && date <= TODAY);
    clock.advance(Date.parse(`${TODAY}T17:00:00Z`) - NOW);
    await desk.caller.patients.recordStay({ ...at, admittedOn: DAYS[3] ?? '', dischargedOn: DAYS[5] ?? '' });
    const events = [];
    for await (const event of bundleChoices(desk.ctx, at, undefined)) events.push(event);
    expect(events[0]).toEqual({ type: 'progress', done: 0, total: 1 });
    const last = events.at(-1);
    expect(last).toMatchObject({
      type: 'choices',
      rows: [{ axis: 'stability', level: 4, chosen: 1, visits: planned.length, covered: 1, days: 6, hospitalDays: 2 }],
    });
    expect(last).toMatchObject({ rows: [{ reassessed: 1, needChange: -3 }] });
    const stopped = new AbortController();
    stopped.abort();
    for await (const event of bundleChoices(desk.ctx, at, stopped.signal)) expect(event.type).toBe('progress');
  });
});
