import { assess, checkAnswer, formOf } from '@fieldfare/domain/assessments';
import {
  absences,
  assessments,
  assignments,
  organisations,
  partners,
  patientContexts,
  patients,
  reassessments,
  regions,
  requirements,
  serviceTypes,
  staff,
  users,
  visits,
} from '@fieldfare/domain/tables';
import { type AnyTable, isoWeekday, minuteOfDay, weekOfDate } from '@fieldfare/kernel';
import { describe, expect, it } from 'vitest';
import { buildDemoAgency, type DemoAgency } from './agency.ts';
import { distanceKm } from './geography.ts';
import { ROLES_OF } from './organisation.ts';

function groupBy<T>(rows: readonly T[], keyOf: (row: T) => string): ReadonlyMap<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const row of rows) {
    const group = groups.get(keyOf(row));
    if (group) group.push(row);
    else groups.set(keyOf(row), [row]);
  }
  return groups;
}

const TODAY = '2026-11-18';
const small = buildDemoAgency({ size: 'small', today: TODAY });
const large = buildDemoAgency({ size: 'large', today: TODAY, historyWeeks: 0 });

const TABLES: readonly AnyTable[] = [
  absences,
  assessments,
  patientContexts,
  reassessments,
  assignments,
  organisations,
  partners,
  patients,
  regions,
  requirements,
  serviceTypes,
  staff,
  users,
  visits,
];

describe('DEMO-DETERMINISM: equal arguments give equal rows', () => {
  it('builds the same agency twice', () => {
    expect(buildDemoAgency({ size: 'small', today: TODAY }).changes).toEqual(small.changes);
  });
  it('builds the same agency on any day of the week, but for what is still open', () => {
    const monday = buildDemoAgency({ size: 'small', today: '2026-11-16' });
    expect(monday.rows.patients).toEqual(small.rows.patients);
    expect(monday.weeks).toEqual(small.weeks);
  });
  it('builds another agency, with other ids, from another seed', () => {
    const other = buildDemoAgency({ size: 'small', seed: 7, today: TODAY });
    expect(other.tenantId).not.toBe(small.tenantId);
    const ids = new Set(small.changes.map((change) => change.id));
    expect(other.changes.filter((change) => ids.has(change.id))).toEqual([]);
  });
  it('is pinned: a change of these rows is a change of everybody’s screenshots and benches', () => {
    const [first] = small.rows.patients;
    expect(first?.id).toBe('9cf93ae3-e5b2-5d25-bf3b-6158f2e812ba');
    expect(`${first?.givenName} ${first?.familyName}`).toBe('Thérèse Lavigne');
  });
});

describe.each([
  ['small', small],
  ['large', large],
] as const)('DEMO-ROWS: the %s agency holds rows every table accepts', (_, agency) => {
  it('parses every row with its table and lays it in the table’s shard', () => {
    const byName = new Map(TABLES.map((table) => [table.name, table]));
    for (const change of agency.changes) {
      const table = byName.get(change.table);
      const row = { id: change.id, ...change.set };
      const parsed = table?.row.safeParse(row);
      expect(parsed?.error, `${change.table} ${change.id}`).toBeUndefined();
      expect(table?.shardOf(row as never)).toBe(change.shard);
    }
  });
  it('gives no two rows one id and refers to rows that are there', () => {
    const ids = new Set(agency.changes.map((change) => `${change.table}/${change.id}`));
    expect(ids.size).toBe(agency.changes.length);
    for (const visit of agency.rows.visits) {
      expect(ids.has(`patients/${visit.patientId}`) && ids.has(`requirements/${visit.requirementId}`)).toBe(true);
      expect(weekOfDate(visit.date ?? '')).toBe(visit.week);
    }
    for (const row of agency.rows.assignments) {
      expect(ids.has(`visits/${row.visitId}`) && ids.has(`staff/${row.staffId}`)).toBe(true);
    }
    for (const row of agency.rows.absences) expect(ids.has(`staff/${row.staffId}`)).toBe(true);
  });
  it('says that it is synthetic', () => {
    expect(agency.organisation.synthetic).toBe(true);
    expect(agency.organisation.name).toContain('synthetic');
  });
});

/** Every assigned visit with its carer, as plain minutes of its day. */
function placed(agency: DemoAgency) {
  const visitById = new Map(agency.rows.visits.map((visit) => [visit.id, visit]));
  const staffById = new Map(agency.rows.staff.map((person) => [person.id, person]));
  const patientById = new Map(agency.rows.patients.map((patient) => [patient.id, patient]));
  return agency.rows.assignments.map((row) => {
    const visit = visitById.get(row.visitId);
    const person = staffById.get(row.staffId ?? '');
    const patient = patientById.get(visit?.patientId ?? '');
    if (!visit || !person || !patient || visit.date === null || visit.start === null) throw new Error('dangling');
    const start = minuteOfDay(visit.start);
    return { visit, person, patient, date: visit.date, start, end: start + visit.minutes };
  });
}

function overlaps(rows: ReturnType<typeof placed>, keyOf: (row: ReturnType<typeof placed>[number]) => string): number {
  const groups = groupBy(rows, (row) => `${keyOf(row)}/${row.date}`);
  let count = 0;
  for (const group of groups.values()) {
    const sorted = group.sort((a, b) => a.start - b.start);
    for (const [index, row] of sorted.entries()) if ((sorted[index + 1]?.start ?? 1e9) < row.end) count += 1;
  }
  return count;
}

describe.each([
  ['small', small],
  ['large', large],
] as const)('DEMO-SOUND: the %s agency’s weeks break no scheduling rule', (_, agency) => {
  const rows = placed(agency);

  it('SCH-OVERLAP-STAFF, SCH-OVERLAP-PATIENT: nobody is in two places', () => {
    expect(overlaps(rows, (row) => row.person.id)).toBe(0);
    expect(overlaps(rows, (row) => row.patient.id)).toBe(0);
  });
  it('SCH-AVAILABILITY: inside a stretch of the carer, who is not away', () => {
    const away = groupBy(agency.rows.absences, (row) => row.staffId);
    for (const { person, date, start, end } of rows) {
      const inside = person.availability.some(
        (stretch) =>
          stretch.weekday === isoWeekday(date) && minuteOfDay(stretch.from) <= start && end <= minuteOfDay(stretch.to),
      );
      expect(inside).toBe(true);
      expect(away.get(person.id)?.some((row) => row.fromDate <= date && date <= row.toDate) ?? false).toBe(false);
    }
  });
  it('SCH-WINDOW, SCH-ROLE, SCH-PROVIDER: as the requirement asks', () => {
    for (const { visit, person } of rows) {
      expect(visit.windowFrom <= (visit.start ?? '') && (visit.start ?? '') <= visit.windowTo).toBe(true);
      expect(ROLES_OF.get(visit.serviceCode)).toContain(person.role);
      if (visit.providerPreference !== 'any') {
        expect(visit.providerPreference === 'partner').toBe(person.partnerId !== null);
      }
    }
  });
  it('SCH-SPACING: visits of a service to a patient as far apart as it asks', () => {
    const services = new Map(agency.rows.serviceTypes.map((row) => [row.code, row]));
    const day = (date: string): number => Date.parse(date) / 86_400_000;
    for (const group of groupBy(rows, (row) => `${row.patient.id}/${row.visit.serviceCode}`).values()) {
      const { spacingMinutes = 0, spacingDays = 0 } = services.get(group[0]?.visit.serviceCode ?? '') ?? {};
      const sorted = group.sort((a, b) => day(a.date) - day(b.date) || a.start - b.start);
      for (const [index, row] of sorted.entries()) {
        const next = sorted[index + 1];
        if (!next) continue;
        expect(day(next.date) - day(row.date)).toBeGreaterThanOrEqual(spacingDays ?? 0);
        expect((day(next.date) - day(row.date)) * 1440 + next.start - row.end).toBeGreaterThanOrEqual(
          spacingMinutes ?? 0,
        );
      }
    }
  });
  it('SCH-REST: eleven hours from one day to the next', () => {
    const day = (date: string): number => Date.parse(date) / 86_400_000;
    for (const group of groupBy(rows, (row) => row.person.id).values()) {
      const sorted = group.sort((a, b) => day(a.date) - day(b.date) || a.start - b.start);
      for (const [index, row] of sorted.entries()) {
        const next = sorted[index + 1];
        if (!next || next.date === row.date) continue;
        expect((day(next.date) - day(row.date)) * 1440 + next.start - row.end).toBeGreaterThanOrEqual(660);
      }
    }
  });
  it('SCH-CAPACITY: no week beyond what the contract leaves for visits', () => {
    for (const group of groupBy(rows, (row) => `${row.person.id}/${row.visit.week}`).values()) {
      const minutes = group.reduce((sum, row) => sum + row.visit.minutes, 0);
      expect(minutes).toBeLessThanOrEqual(group[0]?.person.capacityMinutes ?? 0);
    }
  });
  it('SCH-TRAVEL: time enough between two visits at the region’s speed', () => {
    const region = new Map(agency.rows.regions.map((row) => [row.id, row]));
    for (const group of groupBy(rows, (row) => `${row.person.id}/${row.date}`).values()) {
      const sorted = group.sort((a, b) => a.start - b.start);
      for (const [index, row] of sorted.entries()) {
        const next = sorted[index + 1];
        const area = region.get(row.visit.regionId);
        if (!next || !area) continue;
        const speed = area.speedKmhByHour[Math.floor(row.end / 60)] ?? 50;
        const minutes = ((distanceKm(row.patient, next.patient) * area.roadFactor) / speed) * 60;
        expect(next.start - row.end).toBeGreaterThanOrEqual(Math.ceil(minutes));
      }
    }
  });
});

describe('DEMO-RECORDS: assessments anybody could have made', () => {
  const { assessments: made, reassessments: due, patients: people } = small.rows;
  it('answer every item of their form within what it allows, for patients that are there', () => {
    const known = new Set(people.map(({ id }) => id));
    for (const { instrument, formVersion, answers, patientId } of made) {
      const form = formOf(instrument, formVersion);
      expect(form).not.toBeNull();
      if (!form) continue;
      expect(known.has(patientId)).toBe(true);
      expect(answers).toHaveLength(form.items.length);
      expect(answers.map((answer) => checkAnswer(form, answer)).filter((problem) => problem !== null)).toEqual([]);
    }
  });
  it('show every level of need, reassessments overdue and ahead, earlier ones to compare with', () => {
    const home = made.filter(({ instrument }) => instrument === 'interrai-hc');
    const levels = (id: string) =>
      new Set(
        home.flatMap(({ formVersion, answers }) => {
          const form = formOf('interrai-hc', formVersion);
          const results = form && assess(form, new Map(answers.map(({ code, value }) => [code, value])));
          return results?.scales.filter((scale) => scale.id === id).map(({ value }) => value) ?? [];
        }),
      );
    expect(levels('CPS').size).toBeGreaterThan(3);
    expect(levels('ADLH').size).toBeGreaterThan(3);
    expect(levels('CHESS').size).toBeGreaterThan(3);
    expect(due.filter(({ dueOn }) => dueOn !== null && dueOn < TODAY).length).toBeGreaterThan(2);
    expect(due.filter(({ dueOn }) => dueOn !== null && dueOn > TODAY).length).toBeGreaterThan(20);
    expect(new Set(made.map(({ patientId }) => patientId)).size).toBeGreaterThan(36);
    expect(home.length).toBeGreaterThan(new Set(home.map(({ patientId }) => patientId)).size + 10);
  });
});

describe('DEMO-SIZE: as much as the agencies promise', () => {
  it('small: two regions, 40 staff, 180 patients, about 600 visits a week', () => {
    const counts = small.describe();
    expect(counts.regions).toHaveLength(2);
    expect(counts).toMatchObject({ staff: 40, partnerStaff: 6, patients: 180 });
    expect(counts.absences).toBeGreaterThan(5);
    expect(counts.weeks).toHaveLength(5);
    for (const week of counts.weeks) {
      expect(week.visits).toBeGreaterThan(560);
      expect(week.visits).toBeLessThan(640);
    }
  });
  it('has full history, a current week with some left to do, and a next week half planned', () => {
    const parts = small.describe().weeks.map((week) => week.assigned / (week.visits - week.cancelled));
    expect(parts.slice(0, 3)).toEqual([1, 1, 1]);
    expect(parts[3]).toBeGreaterThan(0.84);
    expect(parts[3]).toBeLessThan(0.91);
    expect(parts[4]).toBeGreaterThan(0.4);
    expect(parts[4]).toBeLessThan(0.7);
    expect(small.rows.visits.filter((visit) => visit.cancelledAt !== null).length).toBeLessThan(
      small.rows.visits.length * 0.05,
    );
  });
  it('keeps people with the carer they know, mostly', () => {
    const needs = new Map(small.rows.requirements.map((need) => [need.id, need]));
    const rows = placed(small);
    const usual = rows.filter(
      ({ visit, person }) => needs.get(visit.requirementId ?? '')?.preferredStaffId === person.id,
    );
    expect(usual.length / rows.length).toBeGreaterThan(0.65);
  });
  it('large: 300 staff; one region of over 200 with about 5,000 visits a week', () => {
    const counts = large.describe();
    expect(counts.staff).toBe(300);
    const [city] = counts.regions;
    expect(city?.staff).toBeGreaterThanOrEqual(200);
    expect(city?.visits).toBeGreaterThan(4_800);
    expect(city?.visits).toBeLessThan(5_200);
  });
  it('small: every shard under 2,000 rows and 1 MB', () => {
    const { largestShard } = small.describe();
    expect(largestShard.rows).toBeLessThan(2_000);
    expect(largestShard.bytes).toBeLessThan(1_000_000);
  });
  it('holds for any day of the year, the days the clocks change included', () => {
    for (const today of ['2026-03-08', '2026-11-01', '2027-01-03', '2024-02-29']) {
      const counts = buildDemoAgency({ size: 'small', today, historyWeeks: 1 }).describe();
      expect(counts.weeks).toHaveLength(3);
      expect(counts.weeks.every((week) => week.visits > 560)).toBe(true);
    }
  });
});
