/** A whole made-up agency from a size, a seed and a day. Pure: equal arguments give equal rows on every machine. */
import {
  absences,
  assessments,
  assignments,
  type Organisation,
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
import {
  addWeeks,
  createRow,
  daysOfWeek,
  type IsoWeek,
  type LocalDate,
  type RowChange,
  weekOfDate,
} from '@fieldfare/kernel';
import { recordsOf } from './assessments.ts';
import { type DemoCounts, describeRows } from './describe.ts';
import { type Area, LARGE_AREAS, SMALL_AREAS } from './geography.ts';
import {
  accountsOf,
  type DemoAccount,
  idMaker,
  organisationRow,
  partnerRow,
  regionRow,
  serviceTypeRows,
  userRow,
} from './organisation.ts';
import { populationOf } from './patients.ts';
import type { DemoRows } from './rows.ts';
import { type Stage, scheduleOf } from './weeks.ts';
import { absencesOf, type StaffPlan, staffOf } from './workforce.ts';

export type DemoSize = 'small' | 'large';

export interface DemoAgency {
  readonly size: DemoSize;
  readonly seed: number;
  readonly tenantId: string;
  readonly organisation: Organisation;
  /** The week `today` lies in. */
  readonly week: IsoWeek;
  /** Oldest first: history, the current week, the next. */
  readonly weeks: readonly IsoWeek[];
  readonly accounts: readonly DemoAccount[];
  readonly rows: DemoRows;
  /** `createRow` of every row, organisation first. Ready for `Replica.commit`. */
  readonly changes: readonly RowChange[];
  /** Counts for a start-up line, a README and tests. */
  describe(): DemoCounts;
}

interface Shape {
  readonly area: Area;
  readonly patients: number;
  readonly staff: StaffPlan;
}

const shape = (area: Area | undefined, patientCount: number, plan: StaffPlan): Shape[] =>
  area ? [{ area, patients: patientCount, staff: plan }] : [];

/** 40 staff: 34 own and 6 of the partner's; 180 patients. */
const SMALL: readonly Shape[] = [
  ...shape(SMALL_AREAS[0], 94, {
    own: { psw: 10, rn: 2, rpn: 2, ot: 1, pt: 1, sw: 1 },
    partner: { psw: 2, rpn: 1 },
  }),
  ...shape(SMALL_AREAS[1], 86, {
    own: { psw: 10, rn: 2, rpn: 2, ot: 1, pt: 1, sw: 1 },
    partner: { psw: 2, rpn: 1 },
  }),
];

/** 300 staff in all; the city alone has 240 and about 5,000 visits a week. */
const LARGE: readonly Shape[] = [
  ...shape(LARGE_AREAS[0], 1500, {
    own: { psw: 146, rn: 22, rpn: 24, ot: 6, pt: 8, slp: 2, sw: 5, rd: 2 },
    partner: { psw: 20, rpn: 5 },
  }),
  ...shape(LARGE_AREAS[1], 80, { own: { psw: 19, rn: 3, rpn: 2, ot: 1, pt: 1, sw: 1 }, partner: { psw: 3 } }),
  ...shape(LARGE_AREAS[2], 80, { own: { psw: 19, rn: 3, rpn: 2, ot: 1, pt: 1, sw: 1 }, partner: { psw: 3 } }),
];

export interface DemoOptions {
  readonly size: DemoSize;
  readonly seed?: number;
  readonly today: LocalDate;
  /** Full weeks before the current one. */
  readonly historyWeeks?: number;
}

export const DEMO_SEED = 613;

export function buildDemoAgency({ size, seed = DEMO_SEED, today, historyWeeks = 3 }: DemoOptions): DemoAgency {
  const id = idMaker(size, seed);
  const organisation = organisationRow(id);
  const week = weekOfDate(today);
  const stages: readonly { readonly week: IsoWeek; readonly stage: Stage }[] = [
    ...Array.from({ length: historyWeeks }, (_, index) => ({
      week: addWeeks(week, index - historyWeeks),
      stage: 'past' as const,
    })),
    { week, stage: 'current' },
    { week: addWeeks(week, 1), stage: 'next' },
  ];
  const weeks = stages.map((stage) => stage.week);
  const [startsOn = today] = daysOfWeek(weeks[0] ?? week);
  const shapes = size === 'small' ? SMALL : LARGE;
  const accounts = accountsOf(id);
  const regionRows = shapes.map(({ area }) => regionRow(id, area));
  const partner = partnerRow(id, regionRows);
  const taken = { staff: new Set<string>(), patients: new Set<string>() };
  const numbers = { own: 1, partner: 1, patient: 1 };
  const parts = shapes.map(({ area, patients: count, staff: plan }) => {
    const region = regionRow(id, area);
    const people = staffOf({ id, seed, region, area, partner, plan, taken: taken.staff, numbers });
    const away = absencesOf({ id, seed, area, staff: people, weeks });
    const population = populationOf({
      id,
      seed,
      region,
      area,
      staff: people,
      count,
      startsOn,
      taken: taken.patients,
      numbers,
    });
    const schedule = scheduleOf({
      seed,
      region,
      area,
      staff: people,
      absences: away,
      ...population,
      weeks: stages,
      today,
    });
    const records = recordsOf({
      seed,
      region,
      patients: population.patients,
      monday: daysOfWeek(week)[0] ?? today,
      authorId: accounts[0]?.userId ?? '',
    });
    return { staff: people, absences: away, ...population, ...schedule, ...records };
  });
  const rows: DemoRows = {
    organisations: [organisation],
    regions: regionRows,
    serviceTypes: serviceTypeRows(id),
    users: accounts.map(userRow),
    partners: [partner],
    staff: parts.flatMap((part) => part.staff),
    absences: parts.flatMap((part) => part.absences),
    patients: parts.flatMap((part) => part.patients),
    requirements: parts.flatMap((part) => part.requirements),
    visits: parts.flatMap((part) => part.visits),
    assignments: parts.flatMap((part) => part.assignments),
    assessments: parts.flatMap((part) => part.assessments),
    reassessments: parts.flatMap((part) => part.reassessments),
    patientContexts: parts.flatMap((part) => part.patientContexts),
  };
  const changes = changesOf(rows);
  return {
    size,
    seed,
    tenantId: organisation.id,
    organisation,
    week,
    weeks,
    accounts,
    rows,
    changes,
    describe: () => describeRows(rows, changes, week),
  };
}

function changesOf(rows: DemoRows): readonly RowChange[] {
  return [
    ...rows.organisations.map((row) => createRow(organisations, row)),
    ...rows.regions.map((row) => createRow(regions, row)),
    ...rows.serviceTypes.map((row) => createRow(serviceTypes, row)),
    ...rows.users.map((row) => createRow(users, row)),
    ...rows.partners.map((row) => createRow(partners, row)),
    ...rows.staff.map((row) => createRow(staff, row)),
    ...rows.absences.map((row) => createRow(absences, row)),
    ...rows.patients.map((row) => createRow(patients, row)),
    ...rows.requirements.map((row) => createRow(requirements, row)),
    ...rows.visits.map((row) => createRow(visits, row)),
    ...rows.assignments.map((row) => createRow(assignments, row)),
    ...rows.assessments.map((row) => createRow(assessments, row)),
    ...rows.reassessments.map((row) => createRow(reassessments, row)),
    ...rows.patientContexts.map((row) => createRow(patientContexts, row)),
  ];
}
