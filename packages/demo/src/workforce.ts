/** Staff with contracts and weekly availability, and who is away when. */
import type { Absence, AvailabilityInterval, Partner, Region, Staff, StaffRole } from '@fieldfare/domain/tables';
import { addDays, daysOfWeek, type IsoWeek, invariant } from '@fieldfare/kernel';
import { createDice, type Dice } from './dice.ts';
import { type Area, placeNear, type Town } from './geography.ts';
import { drawName } from './names.ts';
import type { IdMaker } from './organisation.ts';

interface Contract {
  readonly type: Staff['employmentType'];
  readonly hours: number;
  readonly availability: readonly AvailabilityInterval[];
}

function on(weekdays: string, from: string, to: string): readonly AvailabilityInterval[] {
  return [...weekdays].map((weekday) => ({ weekday: Number(weekday), from, to }));
}

const contract = (
  type: Staff['employmentType'],
  hours: number,
  ...stretches: readonly (readonly AvailabilityInterval[])[]
): Contract => ({
  type,
  hours,
  availability: stretches.flat().sort((a, b) => a.weekday - b.weekday || (a.from < b.from ? -1 : 1)),
});

/**
 * No evening is followed by a morning within eleven hours (`SCH-REST`). Contracts are dealt in this order, so that any seven personal support workers of a region cover mornings, evenings
 * and weekends between them.
 */
const PSW_CONTRACTS: readonly Contract[] = [
  contract('full-time', 37.5, on('12345', '07:00', '15:00')),
  contract('full-time', 37.5, on('34567', '07:00', '15:00')),
  contract('part-time', 25, on('12345', '16:30', '22:00')),
  contract('full-time', 35, on('12567', '07:30', '12:00'), on('12567', '16:30', '20:30')),
  contract('part-time', 24, on('13567', '07:00', '13:00')),
  contract('part-time', 22.5, on('23467', '16:30', '22:00')),
  contract('casual', 20, on('2346', '07:00', '12:30'), on('46', '16:30', '21:30')),
  contract('full-time', 37.5, on('12345', '07:30', '15:30')),
  contract('part-time', 20, on('1267', '07:00', '12:00'), on('67', '16:30', '20:00')),
  contract('part-time', 24, on('12345', '07:00', '12:00')),
  contract('casual', 15, on('567', '16:30', '22:00')),
];
const NURSE_CONTRACTS: readonly Contract[] = [
  contract('full-time', 37.5, on('12345', '08:00', '16:00')),
  contract('full-time', 35, on('34567', '08:00', '15:30')),
  contract('part-time', 22.5, on('1267', '08:00', '14:00')),
  contract('full-time', 37.5, on('12345', '10:30', '18:30')),
  contract('casual', 15, on('2467', '09:00', '14:00')),
];
const THERAPY_CONTRACTS: readonly Contract[] = [
  contract('full-time', 35, on('12345', '08:30', '16:30')),
  contract('contract', 21, on('135', '09:00', '17:00')),
  contract('part-time', 17.5, on('124', '08:30', '15:00')),
];

const contractsOf = (role: StaffRole): readonly Contract[] => {
  if (role === 'psw') return PSW_CONTRACTS;
  return role === 'rn' || role === 'rpn' ? NURSE_CONTRACTS : THERAPY_CONTRACTS;
};

/** Of paid hours, the part left for visits: the rest is driving, charting and meetings. */
const VISITING_SHARE = 0.84;

type Headcount = Readonly<Partial<Record<StaffRole, number>>>;

export interface StaffPlan {
  readonly own: Headcount;
  readonly partner: Headcount;
}

function* heads(count: Headcount): Generator<{ readonly role: StaffRole; readonly ordinal: number }> {
  let nurses = 0;
  for (const [role, total] of Object.entries(count) as [StaffRole, number][]) {
    for (let index = 0; index < total; index += 1) {
      // Both kinds of nurse take turns in one list of contracts.
      const nurse = role === 'rn' || role === 'rpn';
      yield { role, ordinal: nurse ? nurses : index };
      if (nurse) nurses += 1;
    }
  }
}

/** Personal support lives all over the area by weight: largest remainder, so that every team gets its share. */
function townFor(area: Area, ordinal: number, dice: Dice): Town {
  const total = area.towns.reduce((sum, town) => sum + town.weight, 0);
  const golden = (0.137 + ordinal * 0.618_033_988_75) % 1;
  let rest = golden * total;
  for (const town of area.towns) {
    rest -= town.weight;
    if (rest < 0) return town;
  }
  return dice.pick(area.towns);
}

export function staffOf(options: {
  readonly id: IdMaker;
  readonly seed: number;
  readonly region: Region;
  readonly area: Area;
  readonly partner: Partner;
  readonly plan: StaffPlan;
  readonly taken: Set<string>;
  /** Next number of the organisation's and the partner's personnel lists. */
  readonly numbers: { own: number; partner: number };
}): readonly Staff[] {
  const { id, region, area, partner, plan, taken, numbers } = options;
  const dice = createDice(options.seed, `staff/${area.key}`);
  const rows: Staff[] = [];
  const add = (role: StaffRole, ordinal: number, external: boolean): void => {
    const number = external ? numbers.partner++ : numbers.own++;
    const contracts = contractsOf(role);
    // The partner's people mostly cover what is hard to staff: start in the middle of the list.
    const terms = contracts[(ordinal + (external ? 3 : 0)) % contracts.length];
    invariant(terms, `no contract for ${role}`);
    const town = townFor(area, ordinal + (role === 'psw' ? 0 : 5), dice);
    const home = placeNear(town, dice);
    const reference = `${external ? 'RH' : 'E'}-${String(number).padStart(4, '0')}`;
    const name = drawName(dice, 'younger', area.french, taken);
    rows.push({
      id: id('staff', reference),
      regionId: region.id,
      reference,
      givenName: name.givenName,
      familyName: name.familyName,
      role,
      team: teamOf(role, town, area, external),
      employmentType: external ? 'contract' : terms.type,
      partnerId: external ? partner.id : null,
      capacityMinutes: Math.round((terms.hours * 60 * VISITING_SHARE) / 15) * 15,
      overtimeMinutes: !external && terms.type === 'full-time' ? 120 : null,
      availability: terms.availability.map((stretch) => ({ ...stretch })),
      homeLat: home.lat,
      homeLng: home.lng,
      phone: `613-555-01${String(dice.int(0, 99)).padStart(2, '0')}`,
      languages: [...name.languages],
      active: true,
    });
  };
  for (const { role, ordinal } of heads(plan.own)) add(role, ordinal, false);
  for (const { role, ordinal } of heads(plan.partner)) add(role, ordinal, true);
  return rows;
}

function teamOf(role: StaffRole, town: Town, area: Area, external: boolean): string {
  if (external) return 'Partner: Rideau Homecare';
  if (role === 'psw') return `Personal support ${town.team}`;
  if (role === 'rn' || role === 'rpn') return area.key === 'city' ? `Nursing ${town.team}` : 'Nursing';
  return 'Therapies';
}

/** About one in twelve away in any week: holidays in the past and next week, sickness around now. */
export function absencesOf(options: {
  readonly id: IdMaker;
  readonly seed: number;
  readonly area: Area;
  readonly staff: readonly Staff[];
  /** Oldest first; the last is next week, the one before it the current one. */
  readonly weeks: readonly IsoWeek[];
}): readonly Absence[] {
  const { id, area, staff, weeks } = options;
  const dice = createDice(options.seed, `absences/${area.key}`);
  const own = staff.filter((person) => person.partnerId === null);
  const perWeek = Math.max(1, Math.round(own.length / 12));
  const rows: Absence[] = [];
  const away = new Set<string>();
  for (const week of weeks) {
    const [monday = ''] = daysOfWeek(week);
    const pool = dice.shuffled(own.filter((person) => !away.has(person.id)));
    for (const person of pool.slice(0, perWeek)) {
      away.add(person.id);
      const reason = dice.weighted(['vacation', 'sick', 'training', 'leave'] as const, (kind) =>
        kind === 'vacation' ? 6 : kind === 'sick' ? 4 : 1,
      );
      const [first, last] =
        reason === 'vacation' ? [0, 6] : reason === 'sick' ? startAndLength(dice, 3) : startAndLength(dice, 1);
      const fromDate = addDays(monday, first);
      rows.push({
        id: id('absence', person.reference, fromDate),
        regionId: person.regionId,
        staffId: person.id,
        fromDate,
        toDate: addDays(monday, last),
        reason,
      });
    }
  }
  return rows;
}

function startAndLength(dice: Dice, most: number): readonly [number, number] {
  const first = dice.int(0, 4);
  return [first, Math.min(6, first + dice.int(1, most) - 1)];
}
