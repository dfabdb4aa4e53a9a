/** A small region to test with: Ottawa, three carers, three patients. Every call makes new ids. */
import {
  createRow,
  daysOfWeek,
  type Id,
  type IsoWeek,
  orgShard,
  patientsShard,
  type RowChange,
  rosterShard,
  type ShardId,
  scheduleShard,
  seededRandom,
} from '@fieldfare/kernel';
import { users } from '../src/identity/index.ts';
import { regions, type ServiceType, serviceTypes } from '../src/orgs/index.ts';
import { type Patient, patients } from '../src/patients/index.ts';
import {
  type Assignment,
  assignmentIdOf,
  assignments,
  type Requirement,
  requirements,
  type Visit,
  visits,
} from '../src/scheduling/index.ts';
import { type Staff, staff } from '../src/workforce/index.ts';
import { freshId, type Person } from './context.ts';

export const WEEK: IsoWeek = '2026-W48';
export const DAYS = daysOfWeek(WEEK);

const random = seededRandom(7);
const id = (): Id => freshId(random);

export const AMELIE: Person = { id: id(), name: 'Amélie Roy' };
export const BEN: Person = { id: id(), name: 'Ben Tremblay' };

export interface Agency {
  readonly regionId: Id;
  readonly joan: Staff;
  readonly carl: Staff;
  readonly pia: Staff;
  readonly simone: Patient;
  readonly paul: Patient;
  readonly ines: Patient;
  readonly changes: readonly RowChange[];
  readonly shards: readonly ShardId[];
  visit(over?: Partial<Visit>): Visit;
  requirement(over?: Partial<Requirement>): Requirement;
  /** A visit with a carer, as one commit's changes. */
  placed(visit: Visit, staffId: Id): readonly RowChange[];
}

const service = (code: string, name: string, roles: string[], colour: string): ServiceType => ({
  id: id(),
  code,
  name,
  defaultMinutes: 45,
  roles,
  colour,
});

export const SERVICES = [
  service('nursing', 'Nursing', ['rn', 'rpn'], 'blue'),
  service('psw', 'Personal support', ['psw', 'rpn'], 'teal'),
];

const workdays = [1, 2, 3, 4, 5, 6, 7].map((weekday) => ({ weekday, from: '08:00', to: '18:00' }));

export function createAgency(weeks: readonly IsoWeek[] = [WEEK], zone = 'America/Toronto'): Agency {
  const regionId = id();
  const person = (givenName: string, role: Staff['role'], over: Partial<Staff> = {}): Staff => ({
    id: id(),
    regionId,
    reference: givenName,
    givenName,
    familyName: 'Roy',
    role,
    team: 'East',
    employmentType: 'full-time',
    partnerId: null,
    capacityMinutes: 2250,
    availability: workdays,
    homeLat: 45.42,
    homeLng: -75.69,
    phone: '',
    languages: ['en'],
    active: true,
    ...over,
  });
  const patient = (givenName: string, over: Partial<Patient> = {}): Patient => ({
    id: id(),
    regionId,
    reference: givenName,
    givenName,
    familyName: 'Caron',
    birthDate: null,
    phone: '',
    address: '1 Main St',
    municipality: 'Ottawa',
    lat: 45.42,
    lng: -75.7,
    risk: 'moderate',
    status: 'active',
    notes: '',
    ...over,
  });
  const joan = person('Joan', 'rn');
  const carl = person('Carl', 'rpn');
  const pia = person('Pia', 'psw');
  const simone = patient('Simone');
  const paul = patient('Paul', { lat: 45.43 });
  const ines = patient('Ines', { lat: 45.41 });
  const region = {
    id: regionId,
    name: 'Ottawa East',
    zone,
    lat: 45.42,
    lng: -75.69,
    roadFactor: 1.3,
    speedKmhByHour: Array.from({ length: 24 }, () => 50),
  };
  const changes = [
    createRow(regions, region),
    ...SERVICES.map((row) => createRow(serviceTypes, row)),
    ...[AMELIE, BEN].map(({ id, name }) =>
      createRow(users, {
        id,
        name,
        login: name.slice(0, 3).toLowerCase().replace('é', 'e'),
        roles: [],
        disabledAt: null,
      }),
    ),
    ...[joan, carl, pia].map((row) => createRow(staff, row)),
    ...[simone, paul, ines].map((row) => createRow(patients, row)),
  ];
  return {
    regionId,
    joan,
    carl,
    pia,
    simone,
    paul,
    ines,
    changes,
    shards: [
      orgShard,
      rosterShard(regionId),
      patientsShard(regionId),
      ...weeks.map((week) => scheduleShard(regionId, week)),
    ],
    visit: (over = {}) => ({
      id: id(),
      regionId,
      week: WEEK,
      patientId: simone.id,
      requirementId: null,
      serviceCode: 'nursing',
      date: DAYS[1] as string,
      start: null,
      minutes: 45,
      windowFrom: '08:00',
      windowTo: '12:00',
      providerPreference: 'any',
      priority: 'routine',
      note: '',
      cancelledAt: null,
      ...over,
    }),
    requirement: (over = {}) => ({
      id: id(),
      regionId,
      patientId: simone.id,
      serviceCode: 'nursing',
      visitsPerWeek: 3,
      minutes: 45,
      windows: [{ weekdays: [], from: '08:00', to: '12:00' }],
      providerPreference: 'any',
      priority: 'routine',
      preferredStaffId: null,
      startsOn: '2026-01-01',
      endsOn: null,
      ...over,
    }),
    placed(visit, staffId) {
      const assignment: Assignment = {
        id: assignmentIdOf(visit.id),
        regionId,
        week: visit.week,
        visitId: visit.id,
        slot: 0,
        staffId,
        pinned: false,
        source: 'person',
      };
      return [createRow(visits, visit), createRow(assignments, assignment)];
    },
  };
}

export const requirementRow = (row: Requirement): RowChange => createRow(requirements, row);
export const visitRow = (row: Visit): RowChange => createRow(visits, row);
