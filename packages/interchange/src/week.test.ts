import type { WeekBoard } from '@fieldfare/domain';
import { unwrap } from '@fieldfare/kernel';
import { describe, expect, it } from 'vitest';
import { parseCsv } from './csv/parse.ts';
import { WEEK_COLUMNS, weekCsv } from './week.ts';

const visit = (id: string, more: Partial<WeekBoard['visits'][number]>): WeekBoard['visits'][number] => ({
  id,
  patientId: `patient-${id}`,
  patientName: 'Marcel Pinson',
  patientRisk: 'low',
  municipality: 'Almonte',
  serviceCode: 'psw',
  serviceName: 'Personal support',
  colour: 'teal',
  date: '2026-11-18',
  start: null,
  minutes: 45,
  windowFrom: '08:00',
  windowTo: '10:00',
  priority: 'routine',
  providerPreference: 'any',
  note: '',
  staffId: null,
  pinned: false,
  pair: null,
  conflictIds: [],
  stamp: '',
  ...more,
});

const board: WeekBoard = {
  regionId: 'r',
  regionName: 'Ottawa West',
  week: '2026-W47',
  zone: 'America/Toronto',
  days: [],
  lanes: [
    {
      staffId: 's1',
      name: 'Joan Wren',
      role: 'psw',
      team: 'Kanata',
      employmentType: 'full-time',
      partnerName: null,
      capacityMinutes: 1755,
      bookedMinutes: 45,
      availability: [],
      absence: [],
    },
  ],
  visits: [
    visit('open', {}),
    visit('late', { staffId: 's1', date: '2026-11-18', start: '23:30', note: '=cmd|calc' }),
    visit('early', { staffId: 's1', date: '2026-11-16', start: '08:00', conflictIds: ['c'] }),
  ],
  conflicts: [],
  writable: true,
  sealed: false,
};

describe('a week as CSV', () => {
  const file = unwrap(parseCsv(weekCsv(board)));
  const at = (row: number, column: (typeof WEEK_COLUMNS)[number]): string | undefined =>
    file.records[row]?.cells[WEEK_COLUMNS.indexOf(column)];

  it('has one line a visit, by day and start, open ones last', () => {
    expect(file.columns).toEqual([...WEEK_COLUMNS]);
    expect(file.records.map((_, row) => at(row, 'Visit id'))).toEqual(['early', 'late', 'open']);
    expect(at(0, 'Carer')).toBe('Joan Wren');
    expect(at(0, 'Conflicts')).toBe('1');
    expect(at(2, 'Status')).toBe('unscheduled');
  });
  it('ends a visit past midnight on the next day’s clock', () => {
    expect([at(1, 'Start'), at(1, 'End'), at(2, 'End')]).toEqual(['23:30', '00:15', '']);
  });
  it('CSV-FORMULA: writes no formula', () => {
    expect(at(1, 'Note')).toBe("'=cmd|calc");
  });
});
