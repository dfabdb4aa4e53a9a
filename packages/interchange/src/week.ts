/** A week of the board as a CSV file: one line a visit, by day, start and carer; open visits last. */
import type { WeekBoard } from '@fieldfare/domain';
import { minuteOfDay, timeOfMinute } from '@fieldfare/kernel';
import { type WriteOptions, writeCsv } from './csv/write.ts';

export const WEEK_COLUMNS = [
  'Week',
  'Date',
  'Start',
  'End',
  'Minutes',
  'Earliest start',
  'Latest start',
  'Patient',
  'Municipality',
  'Risk',
  'Service',
  'Service code',
  'Status',
  'Carer',
  'Role',
  'Team',
  'Partner',
  'Priority',
  'Provider',
  'Pinned',
  'Conflicts',
  'Note',
  'Visit id',
  'Patient id',
  'Staff id',
] as const;

/** Local times of the region. An end after midnight is past 24:00 on the clock and begins again at 00:00. */
function endOf(start: string | null, minutes: number): string {
  return start === null ? '' : timeOfMinute((minuteOfDay(start) + minutes) % 1440);
}

export function weekCsv(board: WeekBoard, options: WriteOptions = {}): string {
  const lanes = new Map(board.lanes.map((lane) => [lane.staffId, lane]));
  const key = ({ date, start, staffId }: WeekBoard['visits'][number]): string =>
    `${staffId === null ? 1 : 0} ${date ?? '9'} ${start ?? '99'} ${lanes.get(staffId ?? '')?.name ?? ''}`;
  const rows = [...board.visits]
    .sort((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : a.id < b.id ? -1 : 1))
    .map((visit) => {
      const lane = lanes.get(visit.staffId ?? '');
      return [
        board.week,
        visit.date ?? '',
        visit.start ?? '',
        endOf(visit.start, visit.minutes),
        visit.minutes,
        visit.windowFrom,
        visit.windowTo,
        visit.patientName,
        visit.municipality,
        visit.patientRisk,
        visit.serviceName,
        visit.serviceCode,
        visit.staffId === null ? 'unscheduled' : 'assigned',
        lane?.name ?? '',
        lane?.role ?? '',
        lane?.team ?? '',
        lane?.partnerName ?? '',
        visit.priority,
        visit.providerPreference,
        visit.pinned ? 'yes' : 'no',
        visit.conflictIds.length,
        visit.note,
        visit.id,
        visit.patientId,
        visit.staffId ?? '',
      ];
    });
  return writeCsv(WEEK_COLUMNS, rows, options);
}
