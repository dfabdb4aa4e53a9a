/** `WorkSource` over the fixture board: enough behaviour to drag, move, propose and undo without a workspace. */
import type {
  BoardEvent,
  BoardVisit,
  CellFeasibility,
  HistoryState,
  ProposedPlacement,
  WeekBoard,
} from '@fieldfare/domain';
import { applyBoardEvent } from '@fieldfare/domain/board';
import { fail, ok, problem } from '@fieldfare/kernel';
import type { Feed, WorkSource } from '../board/source.ts';
import { SERVICES } from './fixture.ts';

export function createFixtureSource(initial: WeekBoard): WorkSource {
  let board = initial;
  let feed: Feed<BoardEvent> | null = null;
  let historyFeed: Feed<HistoryState> | null = null;
  const past: { readonly label: string; readonly visit: BoardVisit }[] = [];

  function put(visits: readonly BoardVisit[], conflicts?: WeekBoard['conflicts']): void {
    const touched = new Set<string>();
    const before = new Map(board.visits.map((visit) => [visit.id, visit]));
    for (const visit of visits) {
      for (const id of [visit.staffId, before.get(visit.id)?.staffId]) if (id) touched.add(id);
    }
    const patch: BoardEvent = {
      type: 'patch',
      visits,
      removedVisits: [],
      removedLanes: [],
      lanes: [],
      ...(conflicts ? { conflicts } : {}),
    };
    board = applyBoardEvent(board, patch) ?? board;
    const lanes = board.lanes
      .filter(({ staffId }) => touched.has(staffId))
      .map((lane) => ({
        ...lane,
        bookedMinutes: board.visits.reduce(
          (sum, { staffId, minutes }) => sum + (staffId === lane.staffId ? minutes : 0),
          0,
        ),
      }));
    const whole: BoardEvent = { ...patch, lanes };
    board = applyBoardEvent(board, whole) ?? board;
    feed?.onData(whole);
  }

  function change(id: string, label: string, set: Partial<BoardVisit>) {
    const visit = board.visits.find((one) => one.id === id);
    if (!visit) return fail(problem('not-found', 'the visit is gone'));
    past.push({ label, visit });
    put([{ ...visit, ...set }]);
    historyFeed?.onData({ undo: label, redo: null });
    return ok(undefined);
  }

  function judge(visit: BoardVisit): CellFeasibility[] {
    const roles: readonly string[] = SERVICES.find(({ code }) => code === visit.serviceCode)?.roles ?? [];
    return board.lanes.flatMap((lane) =>
      board.days.map(({ date }, day): CellFeasibility => {
        const open = lane.availability[day] ?? [];
        const violations: CellFeasibility['violations'] = [
          ...(roles.includes(lane.role)
            ? []
            : [
                {
                  rule: 'SCH-ROLE',
                  severity: 'block' as const,
                  message: `${lane.role.toUpperCase()} may not deliver ${visit.serviceName}`,
                },
              ]),
          ...(open.length === 0
            ? [{ rule: 'SCH-AVAILABILITY', severity: 'block' as const, message: 'Not working that day' }]
            : []),
          ...(lane.bookedMinutes + visit.minutes > lane.capacityMinutes
            ? [{ rule: 'SCH-CAPACITY', severity: 'warn' as const, message: 'Week goes over capacity' }]
            : []),
        ];
        const blocked = violations.some(({ severity }) => severity === 'block');
        return { staffId: lane.staffId, date, start: blocked ? null : visit.windowFrom, along: null, violations };
      }),
    );
  }

  const visitOf = (id: string): BoardVisit | undefined => board.visits.find((visit) => visit.id === id);

  return {
    org: async () =>
      ok({
        organisation: { name: 'Bench agency', synthetic: true },
        regions: [{ id: board.regionId, name: board.regionName, zone: board.zone, lat: 45.42, lng: -75.69 }],
        serviceTypes: SERVICES,
      }),
    board(_scope, next) {
      feed = next;
      next.onData({ type: 'snapshot', board });
      return () => {
        feed = null;
      };
    },
    sync(next) {
      next.onData({ state: 'live', pending: 0, lastSyncedAt: null, retryAt: null, reason: null, refusedShards: [] });
      return () => {};
    },
    syncReport: async () =>
      ok({
        status: { state: 'live', pending: 0, lastSyncedAt: null, retryAt: null, reason: null, refusedShards: [] },
        journal: { bytes: 0, frames: 0, segments: 0 },
        shards: [],
        refusals: [],
      }),
    onlookers(_scope, next) {
      next.onData([]);
      return () => {};
    },
    look: () => {},
    retryNow: async () => ok(undefined),
    history(next) {
      historyFeed = next;
      next.onData({ undo: null, redo: null });
      return () => {
        historyFeed = null;
      };
    },
    async undo() {
      const last = past.pop();
      if (!last) return fail(problem('invalid', 'there is nothing to undo'));
      put([last.visit]);
      historyFeed?.onData({ undo: past.at(-1)?.label ?? null, redo: null });
      return ok({ label: last.label });
    },
    redo: async () => fail(problem('invalid', 'there is nothing to redo')),
    planWeek: async () => ok({ created: 0 }),
    publication: async () => ok({ key: 'fixture', publishedAt: null, publishedBy: null, news: [], unscheduled: 0 }),
    publish: async () => ok({ carers: 0, visits: 0 }),
    replan: async () => fail(problem('invalid', 'there is no engine behind this board')),
    acceptReplan: async () => ok({ placed: 0, waiting: 0 }),
    patients: async () => ok([]),
    blockedCarers: async () => ok({ carers: [], writable: false }),
    blockCarer: async () => ok(undefined),
    freeCarer: async () => ok(undefined),
    rules: async () => ok({ rules: [], services: [], writable: false }),
    saveRules: async () => ok({ changed: 0 }),
    async assign(_scope, { visitId, staffId, date, start }) {
      const visit = visitOf(visitId);
      const cell = visit && judge(visit).find((one) => one.staffId === staffId && one.date === date);
      const block = cell?.violations.find(({ severity }) => severity === 'block');
      if (block) return fail(problem('conflict', block.message, { rule: block.rule }));
      const result = change(visitId, 'Move visit', { staffId, date, start });
      return result.ok ? ok({ warnings: cell?.violations ?? [], along: null }) : result;
    },
    unassign: async (_scope, id) => change(id, 'Unassign visit', { staffId: null, start: null, pinned: false }),
    async updateVisit(_scope, id, set) {
      const result = change(id, 'Edit visit', set);
      return result.ok ? ok({ along: null, warnings: [] }) : result;
    },
    cancelVisit: async () => fail(problem('unsupported', 'the bench cancels nothing')),
    pin: async (_scope, id, pinned) => change(id, 'Pin visit', { pinned }),
    async feasibility(_scope, id) {
      const visit = visitOf(id);
      return visit ? ok(judge(visit)) : fail(problem('not-found', 'the visit is gone'));
    },
    async suggest(_scope, id) {
      const visit = visitOf(id);
      if (!visit) return fail(problem('not-found', 'the visit is gone'));
      const named = new Map(board.lanes.map((lane) => [lane.staffId, lane]));
      return ok(
        judge(visit)
          .filter(({ start, violations }) => start !== null && violations.length === 0)
          .slice(0, 5)
          .map((cell, index) => ({
            staffId: cell.staffId,
            name: named.get(cell.staffId)?.name ?? '',
            role: named.get(cell.staffId)?.role ?? '',
            date: cell.date,
            start: cell.start ?? visit.windowFrom,
            match: index < 2 ? ('strong' as const) : ('moderate' as const),
            travelMinutes: 4 + index * 3,
            reasons: index === 0 ? ['Knows the patient', 'Already in the area'] : ['Within hours'],
            along: null,
            violations: [],
          })),
      );
    },
    async noMatch(_scope, id) {
      const visit = visitOf(id);
      if (!visit) return fail(problem('not-found', 'the visit is gone'));
      const staff = board.lanes.length;
      const [lane] = board.lanes;
      const place = {
        staffId: lane?.staffId ?? '',
        date: visit.date ?? board.days[0]?.date ?? '',
        start: visit.windowTo,
      };
      return ok({
        staff,
        steps: [
          { rule: 'SCH-ROLE', sentence: 'have another role', removed: staff - 2, left: 2 },
          { rule: 'SCH-OVERLAP-STAFF', sentence: 'are with other patients', removed: 2, left: 0 },
        ],
        left: 0,
        main: 'Everybody with the role is busy in the visit’s window',
        relaxations: [
          {
            kind: 'later',
            rule: 'SCH-WINDOW',
            title: 'Let it start up to 20 min later',
            detail: `After ${visit.windowTo}`,
            ...place,
            staffName: lane?.name ?? '',
            travelMinutes: 6,
            placements: [{ visitId: id, ...place, basedOn: visit.stamp }],
          },
        ],
      });
    },
    finishAutoAssign: () => Promise.resolve(ok(undefined)),
    autoAssign(scope, _run, next) {
      const waiting = board.visits.filter(({ staffId }) => staffId === null);
      const placements: ProposedPlacement[] = [];
      let at = 0;
      const timer = setInterval(() => {
        for (let count = 0; count < 6 && at < waiting.length; count++, at++) {
          const visit = waiting[at];
          const cells = visit
            ? judge(visit).filter(({ start, violations }) => start !== null && violations.length === 0)
            : [];
          const cell = cells[(at * 13) % Math.max(1, cells.length)];
          const lane = board.lanes.find(({ staffId }) => staffId === cell?.staffId);
          if (!visit || !cell?.start || !lane || at % 17 === 3) continue;
          placements.push({
            visitId: visit.id,
            patientName: visit.patientName,
            serviceName: visit.serviceName,
            staffId: cell.staffId,
            staffName: lane.name,
            date: cell.date,
            start: cell.start,
            minutes: visit.minutes,
            basedOn: visit.stamp,
            from: null,
          });
        }
        next.onData({
          type: 'progress',
          placed: placements.length,
          total: waiting.length,
          components: null,
          improved: 0,
          elapsedMs: at * 20,
        });
        if (at < waiting.length) return;
        clearInterval(timer);
        const placed = new Set(placements.map(({ visitId }) => visitId));
        next.onData({
          type: 'proposal',
          proposal: {
            id: 'p1',
            regionId: scope.regionId,
            week: scope.week,
            seed: 1,
            placements,
            unplaced: waiting
              .filter(({ id }) => !placed.has(id))
              .map(({ id, patientName, serviceName, date, start, windowFrom, windowTo }) => ({
                visitId: id,
                ...{ patientName, serviceName, date, start, windowFrom, windowTo },
                reason: 'No carer with the role is free in the window',
              })),
            components: {
              before: {
                travelMinutes: 1840,
                waitingMinutes: 310,
                windowMinutes: 0,
                continuity: 12,
                balance: 900,
                disruption: 0,
                overtime: 0,
                partnerCost: 0,
              },
              first: {
                travelMinutes: 2044,
                waitingMinutes: 402,
                windowMinutes: 0,
                continuity: 31,
                balance: 1190,
                disruption: 0,
                overtime: 0,
                partnerCost: 0,
              },
              after: {
                travelMinutes: 1962,
                waitingMinutes: 255,
                windowMinutes: 0,
                continuity: 22,
                balance: 1180,
                disruption: 0,
                overtime: 0,
                partnerCost: 0,
              },
            },
            elapsedMs: at * 20,
          },
        });
      }, 60);
      return () => clearInterval(timer);
    },
    scenarios(_scope, _options, next) {
      next.onProblem([problem('unsupported', 'the bench compares no plans')]);
      return () => {};
    },
    dropProposal: () => {},
    dropReplan: () => {},
    finishScenarios: async () => ok(undefined),
    async accept(_scope, { placements }) {
      const chosen = new Map(placements.map((one) => [one.visitId, one]));
      put(
        board.visits.flatMap((visit) => {
          const one = chosen.get(visit.id);
          return one ? [{ ...visit, staffId: one.staffId, date: one.date, start: one.start }] : [];
        }),
      );
      return ok({ accepted: placements.length });
    },
    async resolveConflict(_scope, id, choice, reason) {
      put(
        board.visits
          .filter(({ conflictIds }) => conflictIds.includes(id))
          .map((visit) => ({ ...visit, conflictIds: visit.conflictIds.filter((one) => one !== id) })),
        board.conflicts.map((conflict) =>
          conflict.id === id
            ? { ...conflict, resolution: { choice, reason, by: 'You', at: '2026-11-24T10:00:00Z' } }
            : conflict,
        ),
      );
      return ok(undefined);
    },
  };
}
