/**
 * BRD-STORE-IDENTITY  a patch renews the views of the lanes it touches and of no other
 * BRD-STORE-EQUAL     after any patches, the store shows what a fresh store shows of the same board
 */
import type { BoardEvent, BoardVisit } from '@fieldfare/domain';
import { seededRandom } from '@fieldfare/kernel';
import { describe, expect, it } from 'vitest';
import { makeBoard } from '../bench/fixture.ts';
import { type BoardStore, createBoardStore } from './board-store.ts';

const board = makeBoard({ lanes: 24, visits: 260, unscheduled: 0.15, conflicts: true });

function opened(): BoardStore {
  const store = createBoardStore();
  store.apply({ type: 'snapshot', board });
  return store;
}

const patch = (visits: readonly BoardVisit[], removedVisits: readonly string[] = []): BoardEvent => ({
  type: 'patch',
  lanes: [],
  removedLanes: [],
  visits,
  removedVisits,
});

const assigned = (): BoardVisit => {
  const visit = board.visits.find(({ staffId, date }) => staffId !== null && date !== null);
  if (!visit) throw new Error('the fixture has assigned visits');
  return visit;
};

/** Everything a screen reads, as plain data. */
const shown = (store: BoardStore) => ({
  lanes: board.lanes.map(({ staffId }) => store.lane(staffId)),
  heights: store.layout().heights,
  rows: store.layout().rows,
  tray: store.tray(),
  days: store.dayCounts(),
  summary: store.summary(),
});

describe('board store', () => {
  it('BRD-STORE-IDENTITY: moving a visit renews the lane it left and the lane it joined', () => {
    const store = opened();
    const visit = assigned();
    const target = board.lanes.find(({ staffId }) => staffId !== visit.staffId);
    if (!target) throw new Error('the fixture has lanes');
    const before = new Map(board.lanes.map(({ staffId }) => [staffId, store.lane(staffId)]));
    store.apply(patch([{ ...visit, staffId: target.staffId }]));
    const renewed = board.lanes.map(({ staffId }) => staffId).filter((id) => store.lane(id) !== before.get(id));
    expect(new Set(renewed)).toEqual(new Set([visit.staffId, target.staffId]));
  });

  it('BRD-STORE-IDENTITY: unassigning moves a visit to the tray and counts it there', () => {
    const store = opened();
    const visit = assigned();
    const { unscheduled, assigned: placed } = store.summary();
    store.apply(patch([{ ...visit, staffId: null, start: null }]));
    expect(store.tray().some(({ id }) => id === visit.id)).toBe(true);
    expect(store.summary()).toMatchObject({ unscheduled: unscheduled + 1, assigned: placed - 1 });
  });

  it('BRD-STORE-EQUAL: a visit whose carer left the roster is in the tray, not lost', () => {
    const store = opened();
    const visit = assigned();
    if (visit.staffId === null) throw new Error('assigned');
    store.apply({ ...patch([]), removedLanes: [visit.staffId] } as BoardEvent);
    expect(store.lane(visit.staffId)).toBeUndefined();
    expect(store.tray().map(({ id }) => id)).toContain(visit.id);
  });

  it('BRD-STORE-EQUAL: random patches leave what a fresh snapshot shows', () => {
    const random = seededRandom(11);
    const store = opened();
    const pick = <T>(items: readonly T[]): T => {
      const item = items[Math.floor(random.float() * items.length)];
      if (item === undefined) throw new Error('nothing to pick from');
      return item;
    };
    for (let step = 0; step < 120; step++) {
      const now = store.board();
      if (!now) throw new Error('open');
      const visit = pick(now.visits);
      const dice = random.float();
      if (dice < 0.1) store.apply(patch([], [visit.id]));
      else if (dice < 0.3) store.apply(patch([{ ...visit, staffId: null, start: null }]));
      else {
        const lane = pick(board.lanes);
        const date = pick(board.days).date;
        store.apply(patch([{ ...visit, staffId: lane.staffId, date, start: '10:00' }]));
      }
    }
    const last = store.board();
    if (!last) throw new Error('open');
    const fresh = createBoardStore();
    fresh.apply({ type: 'snapshot', board: last });
    expect(shown(store)).toEqual(shown(fresh));
  });

  it('collapsing a team leaves its header and hides its lanes', () => {
    const store = opened();
    const [first] = store.layout().rows;
    if (first?.type !== 'team') throw new Error('a team comes first');
    const rows = store.layout().rows.length;
    store.toggleTeam(first.team);
    expect(store.layout().rows.length).toBe(rows - first.lanes);
    expect(store.layout().rows[0]).toMatchObject({ team: first.team, collapsed: true });
  });

  it('a proposal’s ghosts show in their lanes and leave without a trace', () => {
    const store = opened();
    const [visit] = store.tray();
    const [lane] = board.lanes;
    const [day] = board.days;
    if (!visit || !lane || !day) throw new Error('the fixture has all three');
    const before = shown(store);
    store.setGhosts([
      {
        visitId: visit.id,
        patientName: visit.patientName,
        serviceName: visit.serviceName,
        staffId: lane.staffId,
        staffName: lane.name,
        date: day.date,
        start: '08:00',
        minutes: visit.minutes,
        basedOn: visit.stamp,
        from: null,
      },
    ]);
    expect(store.lane(lane.staffId)?.cells[0]?.ghosts).toHaveLength(1);
    expect(store.summary()).toEqual(before.summary);
    store.setGhosts([]);
    expect(shown(store)).toEqual(before);
  });
});
