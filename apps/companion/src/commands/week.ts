/** `fieldfare week show`, `week export` and `week outcomes`. */
import { type BoardLane, type BoardVisit, OUTCOMES, type OutcomeWording, type WeekBoard } from '@fieldfare/domain';
import { weekCsv } from '@fieldfare/interchange';
import { addWeeks, isoWeekday, plural } from '@fieldfare/kernel';
import { connect, type GlobalFlags, type WeekFlags, weekOf } from '../context.ts';
import { usage } from '../exit.ts';
import type { Host } from '../host.ts';
import { duration, endTime, json, paint, shortId, table } from '../output.ts';

export interface ShowFlags extends GlobalFlags, WeekFlags {
  /** A date, or a weekday in English. */
  readonly day?: string;
  /** Part of a carer's name. */
  readonly carer?: string;
  /** Only what stands in the tray. */
  readonly open?: boolean;
}

const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];
const dayName = (date: string): string => {
  const name = DAYS[isoWeekday(date) - 1] ?? '';
  return `${name.charAt(0).toUpperCase()}${name.slice(1)} ${date}`;
};

function filterOf(board: WeekBoard, flags: ShowFlags): (visit: BoardVisit) => boolean {
  let date: string | null = null;
  if (flags.day !== undefined) {
    const wanted = flags.day.toLowerCase();
    const day = board.days.find((one) => one.date === wanted || wanted.startsWith(DAYS[one.weekday - 1] ?? '?'));
    if (!day) throw usage(`a day is a date of ${board.week} or a weekday such as mon`);
    date = day.date;
  }
  const carer = flags.carer?.toLowerCase();
  const names = new Map(board.lanes.map((lane) => [lane.staffId, lane.name.toLowerCase()]));
  return (visit) =>
    (date === null || visit.date === date) &&
    (carer === undefined || (visit.staffId !== null && (names.get(visit.staffId)?.includes(carer) ?? false))) &&
    (!flags.open || visit.staffId === null);
}

const order = (a: BoardVisit, b: BoardVisit): number => {
  const key = (visit: BoardVisit): string => `${visit.date ?? '9'} ${visit.start ?? visit.windowFrom} ${visit.id}`;
  return key(a) < key(b) ? -1 : 1;
};

function showVisits(host: Host, visits: readonly BoardVisit[], lanes: ReadonlyMap<string, BoardLane>): void {
  for (const [date, group] of groupByDate(visits)) {
    host.print(`\n${paint(host, 'bold', date === null ? 'Any day' : dayName(date))}\n`);
    const rows = table<BoardVisit>(
      [
        {
          title: 'Time',
          cell: (v) => (v.start ? `${v.start}–${endTime(v.start, v.minutes)}` : `${v.windowFrom}…${v.windowTo}`),
        },
        { title: 'Min', right: true, cell: (v) => v.minutes },
        { title: 'Patient', cell: (v) => v.patientName },
        { title: 'Place', cell: (v) => v.municipality },
        { title: 'Service', cell: (v) => v.serviceName },
        { title: 'Carer', cell: (v) => (v.staffId === null ? '—' : (lanes.get(v.staffId)?.name ?? '?')) },
        { title: '', cell: marks },
        { title: 'Visit', cell: (v) => shortId(v.id) },
      ],
      group,
    );
    host.print(rows);
  }
}

function marks(visit: BoardVisit): string {
  return [
    visit.priority === 'routine' ? '' : visit.priority,
    visit.pinned ? 'pinned' : '',
    visit.conflictIds.length > 0 ? 'CONFLICT' : '',
  ]
    .filter((mark) => mark !== '')
    .join(' ');
}

function groupByDate(visits: readonly BoardVisit[]): ReadonlyMap<string | null, readonly BoardVisit[]> {
  const groups = new Map<string | null, BoardVisit[]>();
  for (const visit of [...visits].sort(order)) {
    const group = groups.get(visit.date);
    if (group) group.push(visit);
    else groups.set(visit.date, [visit]);
  }
  return groups;
}

export async function showWeek(host: Host, flags: ShowFlags): Promise<void> {
  const api = await connect(host, flags);
  const { input } = await weekOf(host, api, flags);
  const board = await api.call((client) => client.scheduling.week.query(input));
  const visits = board.visits.filter(filterOf(board, flags));
  if (flags.json) {
    host.print(json({ ...board, visits }));
    return;
  }
  const lanes = new Map(board.lanes.map((lane) => [lane.staffId, lane]));
  const open = board.visits.filter((visit) => visit.staffId === null);
  const clashes = board.conflicts.filter((conflict) => conflict.resolution === null);
  const booked = board.lanes.reduce((sum, lane) => sum + lane.bookedMinutes, 0);
  host.print(`${paint(host, 'bold', `${board.regionName} · ${board.week}`)}\n`);
  host.print(
    `${plural(board.visits.length, 'visit')}, ${open.length} unscheduled · ${plural(board.lanes.length, 'carer')}, ` +
      `${duration(booked)} booked · ${plural(clashes.length, 'conflict')}\n`,
  );
  showVisits(host, visits, lanes);
  if (clashes.length > 0) host.print(`\n${paint(host, 'red', 'Conflicts')}\n`);
  for (const conflict of clashes) host.print(`  ${conflict.title}\n    ${conflict.explanation}\n`);
}

export interface ExportFlags extends GlobalFlags, WeekFlags {
  readonly csv?: boolean;
  readonly output?: string;
  readonly delimiter?: ',' | ';' | '\t';
}

export async function exportWeek(host: Host, flags: ExportFlags): Promise<void> {
  const api = await connect(host, flags);
  const { input } = await weekOf(host, api, flags);
  const board = await api.call((client) => client.scheduling.week.query(input));
  const delimiter = flags.delimiter === undefined ? {} : { delimiter: flags.delimiter };
  const text = flags.json ? json(board) : weekCsv(board, { ...delimiter, bare: flags.output === undefined });
  if (flags.output === undefined) {
    host.print(text);
    return;
  }
  await host.writeFile(flags.output, text);
  const are = board.visits.length === 1 ? 'is' : 'are';
  host.note(
    `${plural(board.visits.length, 'visit')} of ${board.regionName}, ${board.week}, ${are} in ${flags.output}.\n`,
  );
}

export interface OutcomeFlags extends GlobalFlags, WeekFlags {
  /** How many weeks, the chosen one last. */
  readonly weeks?: number;
}

/** `fieldfare week outcomes`: the measures of the last weeks side by side. */
export async function showOutcomes(host: Host, flags: OutcomeFlags): Promise<void> {
  const api = await connect(host, flags);
  const { region, week } = await weekOf(host, api, flags);
  const back = flags.weeks ?? 4;
  if (back < 1 || back > 9) throw usage('--weeks is a number from 1 to 9');
  const weeks = Array.from({ length: back }, (_, i) => addWeeks(week, i + 1 - back));
  const outcomes = await api.call((client) => client.insights.weeks.query({ regionId: region.id, weeks }));
  if (flags.json) {
    host.print(json(outcomes));
    return;
  }
  host.print(`${paint(host, 'bold', region.name)}\n`);
  host.print(
    table<OutcomeWording>(
      [
        { title: 'Measure', cell: ({ label }) => label },
        ...outcomes.map((one) => ({ title: one.week, right: true, cell: (row: OutcomeWording) => row.text(one) })),
      ],
      OUTCOMES,
    ),
  );
}
