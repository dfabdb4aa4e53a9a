/** Patients and what each needs every week. */
import type { Patient, Region, Requirement, Staff, StartWindow } from '@fieldfare/domain/tables';
import { addDays, type LocalDate, minuteOfDay, timeOfMinute } from '@fieldfare/kernel';
import { createDice, type Dice } from './dice.ts';
import { type Area, addressIn, distanceKm, placeNear } from './geography.ts';
import { drawName } from './names.ts';
import { type IdMaker, PARTNER_SERVICES, ROLES_OF } from './organisation.ts';

/** One line of need, before a carer is chosen. */
interface Need {
  readonly service: string;
  readonly visits: number;
  readonly minutes: number;
  readonly window: readonly [from: string, to: string];
  /** ISO weekdays as digits; empty: any. */
  readonly weekdays: string;
}

const MORNINGS = [
  ['07:00', '09:30'],
  ['07:30', '10:00'],
  ['08:00', '10:30'],
] as const;
const EVENINGS = [
  ['17:00', '19:30'],
  ['18:00', '20:30'],
  ['18:30', '21:00'],
] as const;
const MIDDAYS = [
  ['10:00', '13:00'],
  ['09:30', '12:30'],
  ['11:00', '14:00'],
] as const;

const morning = (dice: Dice, visits: number, weekdays: string): Need => ({
  service: 'psw',
  visits,
  minutes: dice.pick([30, 45, 45, 60]),
  window: dice.pick(MORNINGS),
  weekdays,
});
const evening = (dice: Dice, visits: number, weekdays: string): Need => ({
  service: 'psw',
  visits,
  minutes: dice.pick([30, 30, 45]),
  window: dice.pick(EVENINGS),
  weekdays,
});
/** Fewer on Mondays and Tuesdays, when fewer are at work at midday: baths fill the days as a planner would fill them. */
const bath = (dice: Dice): Need => {
  const weekdays = dice.pick(['14', '25', '36', '135', '24', '4', '5', '3', '35', '27']);
  return {
    service: 'psw',
    visits: weekdays.length,
    minutes: dice.pick([45, 60]),
    window: dice.pick(MIDDAYS),
    weekdays,
  };
};
const nursing = (dice: Dice): Need => ({
  service: dice.chance(0.4) ? 'wound' : 'nursing',
  visits: dice.weighted([1, 2, 3], (visits) => (visits === 1 ? 5 : visits === 2 ? 4 : 3)),
  minutes: dice.pick([30, 40, 45, 60]),
  window: dice.pick([
    ['08:30', '12:00'],
    ['09:00', '14:00'],
    ['10:00', '15:00'],
  ] as const),
  weekdays: '12345',
});
const weekly = (service: string, minutes: number): Need => ({
  service,
  visits: 1,
  minutes,
  window: ['09:00', '15:00'],
  weekdays: '12345',
});
const therapy = (dice: Dice, therapies: readonly string[]): Need => {
  const service = dice.weighted(therapies, (code) => ({ pt: 5, ot: 4, sw: 3 })[code] ?? 1);
  return weekly(service, dice.pick([45, 60]));
};

interface Profile {
  /** Share of the patients, in thousandths. */
  readonly share: number;
  readonly needs: (dice: Dice, therapies: readonly string[]) => readonly Need[];
  readonly risks: string;
}

/** Shares give about 3.4 visits a week for each patient. */
const PROFILES: readonly Profile[] = [
  { share: 65, risks: 'hhm', needs: (dice) => [morning(dice, 7, ''), evening(dice, 7, '')] },
  { share: 70, risks: 'hmm', needs: (dice) => [morning(dice, 7, ''), ...(dice.chance(0.4) ? [nursing(dice)] : [])] },
  { share: 45, risks: 'mm', needs: (dice) => [morning(dice, 5, '12345')] },
  { share: 30, risks: 'hm', needs: (dice) => [evening(dice, 7, ''), ...(dice.chance(0.3) ? [nursing(dice)] : [])] },
  { share: 270, risks: 'mll', needs: (dice) => [bath(dice)] },
  { share: 90, risks: 'hmm', needs: (dice) => [bath(dice), nursing(dice)] },
  { share: 230, risks: 'hmml', needs: (dice) => [nursing(dice)] },
  {
    share: 60,
    risks: 'ml',
    needs: (dice) => [{ ...weekly('respite', dice.pick([120, 180])), window: ['09:00', '14:00'] }],
  },
  { share: 140, risks: 'mlll', needs: (dice, therapies) => [therapy(dice, therapies)] },
];

const RISK_OF: Readonly<Record<string, Patient['risk']>> = { h: 'high', m: 'moderate', l: 'low' };

/** Exactly as many of each profile as its share asks, so that the visits a week hardly depend on the seed. */
function profilesFor(count: number, dice: Dice): readonly Profile[] {
  const list: Profile[] = [];
  let due = 0;
  for (const profile of PROFILES) {
    due += (profile.share * count) / 1000;
    while (list.length < Math.round(due)) list.push(profile);
  }
  return dice.shuffled(list);
}

const NOTES = [
  '',
  '',
  '',
  'Key box at the side door.',
  'Hard of hearing: knock loudly.',
  'Small dog, friendly.',
  'Prefers a call before arrival.',
  'Daughter is usually at home in the morning.',
  'Park on the street.',
];

export interface Population {
  readonly patients: readonly Patient[];
  readonly requirements: readonly Requirement[];
}

export function populationOf(options: {
  readonly id: IdMaker;
  readonly seed: number;
  readonly region: Region;
  readonly area: Area;
  readonly staff: readonly Staff[];
  readonly count: number;
  readonly startsOn: LocalDate;
  readonly taken: Set<string>;
  readonly numbers: { patient: number };
}): Population {
  const { id, region, area, staff, startsOn, taken, numbers } = options;
  const dice = createDice(options.seed, `patients/${area.key}`);
  const therapies = [...ROLES_OF]
    .filter(([code, roles]) => !PARTNER_SERVICES.includes(code) && staff.some(({ role }) => roles.includes(role)))
    .map(([code]) => code)
    .filter((code) => code !== 'wound');
  const patients: Patient[] = [];
  const requirements: Requirement[] = [];
  const load = new Map<string, number>();
  for (const profile of profilesFor(options.count, dice)) {
    const town = dice.weighted(area.towns, ({ weight }) => weight);
    const reference = `P-${String(numbers.patient++).padStart(5, '0')}`;
    const { givenName, familyName, languages } = drawName(dice, 'elders', area.french, taken);
    const speaks = languages.find((language) => language !== 'en');
    const patient: Patient = {
      id: id('patient', reference),
      regionId: region.id,
      reference,
      givenName,
      familyName,
      birthDate: addDays(startsOn, -Math.round((78 + dice.bell() * 18) * 365.25) - dice.int(0, 300)),
      phone: `613-555-01${String(dice.int(0, 99)).padStart(2, '0')}`,
      address: addressIn(town, dice),
      municipality: town.name,
      ...placeNear(town, dice),
      risk: RISK_OF[dice.pick([...profile.risks])] ?? 'low',
      status: 'active',
      notes: [dice.pick(NOTES), speaks && dice.chance(0.3) ? `Speaks ${speaks.toUpperCase()} best.` : '']
        .filter((note) => note !== '')
        .join(' '),
    };
    patients.push(patient);
    for (const [ordinal, need] of profile.needs(dice, therapies).entries()) {
      const provider = providerOf(need, dice);
      const usual = usualCarer(need, provider, patient, staff, load);
      requirements.push({
        id: id('requirement', reference, ordinal),
        regionId: region.id,
        patientId: patient.id,
        serviceCode: need.service,
        visitsPerWeek: need.visits,
        minutes: need.minutes,
        windows: [windowOf(need)],
        providerPreference: provider,
        priority: patient.risk === 'high' && dice.chance(0.5) ? 'high' : dice.chance(0.04) ? 'urgent' : 'routine',
        preferredStaffId: usual,
        startsOn: addDays(startsOn, -7 * dice.int(0, 40)),
        endsOn: null,
      });
    }
  }
  return { patients, requirements };
}

const windowOf = (need: Need): StartWindow => ({
  weekdays: [...need.weekdays].map(Number),
  from: need.window[0],
  to: need.window[1],
});

function providerOf(need: Need, dice: Dice): Requirement['providerPreference'] {
  if (!PARTNER_SERVICES.includes(need.service)) return 'any';
  return dice.weighted(['any', 'own', 'partner'] as const, (kind) => (kind === 'any' ? 30 : kind === 'own' ? 5 : 1));
}

/** Minutes of one weekday in which a person is there at times this need can be met. */
export function worksAt(person: Staff, weekday: number, from: string, to: string, minutes: number): boolean {
  const latest = timeOfMinute(Math.min(1439, minuteOfDay(from) + minutes));
  return person.availability.some(
    (stretch) => stretch.weekday === weekday && stretch.from <= to && stretch.to >= latest,
  );
}

export const mayDeliver = (person: Staff, service: string, provider: Requirement['providerPreference']): boolean =>
  (ROLES_OF.get(service)?.includes(person.role) ?? false) &&
  (provider === 'any' || (provider === 'partner') === (person.partnerId !== null));

/** The carer who does most of the visits: near, there on the days, and not yet full. */
function usualCarer(
  need: Need,
  provider: Requirement['providerPreference'],
  patient: Patient,
  staff: readonly Staff[],
  load: Map<string, number>,
): string | null {
  const weekdays = need.weekdays === '' ? '1234567' : need.weekdays;
  let best: Staff | null = null;
  let bestCost = Number.POSITIVE_INFINITY;
  for (const person of staff) {
    if (!mayDeliver(person, need.service, provider)) continue;
    const days = [...weekdays].filter((day) => worksAt(person, Number(day), ...need.window, need.minutes)).length;
    if (days === 0) continue;
    const share = Math.min(need.visits, days) * need.minutes;
    const filled = ((load.get(person.id) ?? 0) + share) / Math.max(1, person.capacityMinutes);
    if (filled > 0.9) continue;
    const missing = Math.max(0, need.visits - days);
    const km = distanceKm(patient, { lat: person.homeLat, lng: person.homeLng });
    const cost = km + filled * 25 + missing * 8 + (person.partnerId === null ? 0 : 6);
    if (cost < bestCost) {
      best = person;
      bestCost = cost;
    }
  }
  if (best !== null) load.set(best.id, (load.get(best.id) ?? 0) + need.visits * need.minutes);
  return best?.id ?? null;
}
