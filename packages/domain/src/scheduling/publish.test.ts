import type { Store } from '@fieldfare/store';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AMELIE, createAgency, DAYS, WEEK } from '../../test/agency.ts';
import { openDesk, openTestStore } from '../../test/context.ts';
import type { Database } from '../database.ts';
import { roundDifference, roundsOf } from './rounds.ts';
import type { ToldVisit } from './tables.ts';

let store: Store<Database>;
beforeAll(async () => {
  store = await openTestStore();
});
afterAll(() => store.close());

const [monday = '', tuesday = '', wednesday = ''] = DAYS;
const told = (visitId: string, date = monday, start = '09:00', minutes = 45): ToldVisit => ({
  visitId,
  date,
  start,
  minutes,
});

describe('rounds', () => {
  it('SCH-PUB-ROUND: a round is what has a day and a time, in the order of the week', () => {
    const visit = (id: string, date: string | null, start: string | null, staffId: string | null) => ({
      ...{ id, date, start, staffId, patientId: 'p', serviceCode: 's', minutes: 45 },
    });
    const rounds = roundsOf([
      visit('c', tuesday, '08:00', 'joan'),
      visit('b', monday, '10:00', 'joan'),
      visit('a', monday, '09:00', 'joan'),
      visit('d', monday, null, 'joan'),
      visit('e', null, null, null),
      visit('f', monday, '09:00', 'carl'),
    ]);
    expect([...rounds].map(([staffId, round]) => [staffId, ...round.map(({ visitId }) => visitId)])).toEqual([
      ['joan', 'a', 'b', 'c'],
      ['carl', 'f'],
    ]);
  });

  it.each([
    ['nothing', [told('a')], [told('a')], []],
    ['a new visit', [], [told('a')], [['new', 'a']]],
    ['a visit gone', [told('a')], [], [['gone', 'a']]],
    ['another day', [told('a')], [told('a', tuesday)], [['changed', 'a']]],
    ['another time', [told('a')], [told('a', monday, '10:00')], [['changed', 'a']]],
    ['another length', [told('a')], [told('a', monday, '09:00', 60)], [['changed', 'a']]],
    [
      'all at once, by time',
      [told('a'), told('b', tuesday)],
      [told('b', wednesday), told('c', tuesday)],
      [
        ['gone', 'a'],
        ['new', 'c'],
        ['changed', 'b'],
      ],
    ],
  ] as const)('SCH-PUB-NEWS: %s', (_, before, now, news) => {
    expect(roundDifference(before, now).map(({ kind, visitId }) => [kind, visitId])).toEqual(news);
  });

  it('SCH-PUB-NEWS: the differences turn one round into the other', () => {
    const round = fc.uniqueArray(
      fc.record({
        visitId: fc.constantFrom(...'abcdefg'),
        date: fc.constantFrom(monday, tuesday),
        start: fc.constantFrom<string>('09:00', '10:00'),
        minutes: fc.constantFrom<number>(30, 45),
      }),
      { selector: ({ visitId }) => visitId },
    );
    fc.assert(
      fc.property(round, round, (before, now) => {
        const state = new Map(before.map((visit) => [visit.visitId, visit]));
        for (const { visitId, now: next } of roundDifference(before, now)) {
          if (next) state.set(visitId, next);
          else state.delete(visitId);
        }
        expect(state).toEqual(new Map(now.map((visit) => [visit.visitId, visit])));
        expect(roundDifference(now, now)).toEqual([]);
      }),
    );
  });
});

describe('publishing a week', () => {
  async function scene() {
    const agency = createAgency();
    const desk = await openDesk(AMELIE, store);
    const at = { regionId: agency.regionId, week: WEEK };
    const morning = agency.visit({ date: monday, start: '09:00' });
    const noon = agency.visit({ date: tuesday, start: '12:00' });
    await desk.commit([
      ...agency.changes,
      ...agency.placed(morning, agency.joan.id),
      ...agency.placed(noon, agency.carl.id),
    ]);
    await desk.projected();
    const news = async () =>
      (await desk.caller.scheduling.publication(at)).news.map(({ staffName, changes }) => [
        staffName,
        ...changes.map(({ kind, patientName, before, now }) =>
          [kind, patientName, before?.start ?? null, now?.start ?? null].join(' '),
        ),
      ]);
    return { agency, desk, at, morning, noon, news };
  }

  it('SCH-PUB-NEWS SCH-PUB-SEEN: tells every carer once, and then only what changed', async () => {
    const { agency, desk, at, morning, news } = await scene();
    expect(await news()).toEqual([
      ['Carl Roy', 'new Simone Caron  12:00'],
      ['Joan Roy', 'new Simone Caron  09:00'],
    ]);
    const seen = await desk.caller.scheduling.publication(at);
    expect(seen).toMatchObject({ publishedAt: null, unscheduled: 0 });
    expect(await desk.caller.scheduling.publish({ ...at, key: seen.key })).toEqual({ carers: 2, visits: 2 });
    expect(await news()).toEqual([]);
    expect(await desk.caller.scheduling.publication(at)).toMatchObject({ publishedBy: expect.any(String) });

    await desk.caller.scheduling.assign({
      ...at,
      ...{ visitId: morning.id, staffId: agency.carl.id, date: wednesday, start: '10:00' },
    });
    expect(await news()).toEqual([
      ['Carl Roy', 'new Simone Caron  10:00'],
      ['Joan Roy', 'gone Simone Caron 09:00 '],
    ]);
    // What was told speaks for Joan, and against everybody else.
    const offered = await desk.caller.scheduling.suggest({ ...at, visitId: morning.id });
    const other = 'Another carer was told of it';
    for (const { staffId, reasons } of offered) expect(reasons.includes(other)).toBe(staffId !== agency.joan.id);
    expect(offered.map(({ staffId }) => staffId)).toContain(agency.carl.id);
  });

  it('SCH-PUB-SEEN: refuses when the board has moved on since', async () => {
    const { desk, at, morning, news } = await scene();
    const { key } = await desk.caller.scheduling.publication(at);
    await desk.caller.scheduling.cancelVisit({ ...at, visitId: morning.id });
    await expect(desk.caller.scheduling.publish({ ...at, key })).rejects.toThrow('look again');
    expect(await news()).toEqual([['Carl Roy', 'new Simone Caron  12:00']]);
    const rounds = await store.db
      .selectFrom('publishedRounds')
      .select('id')
      .where('regionId', '=', at.regionId)
      .execute();
    expect(rounds).toEqual([]);
  });

  it('SCH-PUB-FACT: is no step of undo', async () => {
    const { desk, at, news } = await scene();
    const { key } = await desk.caller.scheduling.publication(at);
    await desk.caller.scheduling.publish({ ...at, key });
    expect(await news()).toEqual([]);
    expect(desk.commands).toEqual([]);
  });
});
