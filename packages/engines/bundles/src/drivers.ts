/**
 * What the matrix and the axes ask about a profile, each as a whole-number level: needs, CAPs by their order of need,
 * orders, safety flags, and two that combine several. Unknown stays null; a combination is unknown when what is known
 * does not settle it.
 */
import {
  CAP_LEVELS,
  type CapId,
  type Finding,
  type FindingStatus,
  NEEDS,
  type NeedId,
  ORDER_KINDS,
  type OrderKind,
  type PatientNeedsProfile,
  SAFETY_FLAGS,
  type Source,
} from './profile.ts';

type NumericNeed = Exclude<NeedId, 'rurality' | 'ageBand'>;
export type DriverId =
  | NumericNeed
  | `cap.${CapId}`
  | `order.${OrderKind}`
  | 'helperStrain'
  | 'behaviourRisk'
  | 'safetyLevel';

export interface DriverLevel {
  readonly level: number | null;
  readonly status: FindingStatus;
  readonly sources: readonly Source[];
  readonly missing: readonly string[];
}

export interface DriverDef {
  readonly label: string;
  readonly min: number;
  readonly max: number;
  readonly read: (profile: PatientNeedsProfile) => DriverLevel;
}

const numberOf = (value: number | string | boolean | null): number | null =>
  value === null ? null : typeof value === 'number' ? value : value === true ? 1 : 0;

const levelOf = (finding: Finding<number | boolean>): DriverLevel => ({
  level: numberOf(finding.value),
  status: finding.status,
  sources: finding.provenance,
  missing: finding.missing,
});

/** True when any is true; unknown when none is true and any is unknown. A part with a bound is true from there on. */
function anyOf(parts: readonly { readonly finding: Finding<number | boolean>; readonly from?: number }[]): DriverLevel {
  const read = parts.map(({ finding, from = 1 }) => {
    const level = numberOf(finding.value);
    return { finding, holds: level === null ? null : level >= from };
  });
  const holding = read.filter(({ holds }) => holds === true);
  const unknown = read.filter(({ holds }) => holds === null);
  const told = holding.length > 0 ? holding : read;
  return {
    level: holding.length > 0 ? 1 : unknown.length > 0 ? null : 0,
    status: told.some(({ finding }) => finding.status === 'provisional') ? 'provisional' : 'recorded',
    sources: told.flatMap(({ finding }) => finding.provenance),
    missing: holding.length > 0 ? [] : unknown.flatMap(({ finding }) => finding.missing),
  };
}

const needDrivers = Object.entries(NEEDS).flatMap(([id, { label, range }]): [string, DriverDef][] => {
  if (id === 'rurality' || id === 'ageBand') return [];
  const [min, max] = range ?? [0, 1];
  return [[id, { label, min, max, read: ({ needs }) => levelOf(needs[id as NumericNeed]) }]];
});

/** As people call them: `pressureUlcer` → `pressure ulcer`. */
const words = (id: string): string => id.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);

const capDrivers = (Object.keys(CAP_LEVELS) as CapId[]).map((id): [string, DriverDef] => {
  const levels: readonly string[] = CAP_LEVELS[id];
  return [
    `cap.${id}`,
    {
      label: `CAP ${words(id)}`,
      min: 0,
      max: levels.length - 1,
      read({ caps }) {
        const { value, status, provenance, missing } = caps[id] as Finding<string>;
        return { level: value === null ? null : levels.indexOf(value), status, sources: provenance, missing };
      },
    },
  ];
});

const orderDrivers = ORDER_KINDS.map((kind): [string, DriverDef] => [
  `order.${kind}`,
  {
    label: kind === 'iv' ? 'Infusion order' : 'Wound care order',
    min: 0,
    max: 1,
    read({ orders }) {
      const own = orders.filter((order) => order.kind === kind);
      return {
        level: own.length > 0 ? 1 : 0,
        status: 'recorded',
        sources: own.flatMap(({ provenance }) => provenance),
        missing: [],
      };
    },
  },
]);

export const DRIVERS = Object.fromEntries([
  ...needDrivers,
  ...capDrivers,
  ...orderDrivers,
  [
    'helperStrain',
    {
      label: 'Helper under strain',
      min: 0,
      max: 1,
      read: ({ needs }) =>
        anyOf([
          { finding: needs.helperUnable },
          { finding: needs.helperDistressed },
          { finding: needs.helperOverwhelmed },
        ]),
    } satisfies DriverDef,
  ],
  [
    'behaviourRisk',
    {
      label: 'Behaviour that needs support',
      min: 0,
      max: 1,
      read: ({ needs, safetyFlags }) =>
        anyOf([
          { finding: needs.behaviourDaily },
          { finding: needs.aggression, from: 5 },
          ...SAFETY_FLAGS.map((id) => ({ finding: safetyFlags[id], from: 2 })),
        ]),
    } satisfies DriverDef,
  ],
  [
    'safetyLevel',
    {
      label: 'Highest safety flag',
      min: 0,
      max: 3,
      read({ safetyFlags }) {
        const known = SAFETY_FLAGS.flatMap((id) => {
          const { value, provenance } = safetyFlags[id];
          return value === null ? [] : [{ value, provenance }];
        });
        const level = Math.max(-1, ...known.map(({ value }) => value));
        return {
          level: level < 0 ? null : level,
          status: 'provisional',
          sources: known.filter(({ value }) => value === level).flatMap(({ provenance }) => provenance),
          missing: SAFETY_FLAGS.filter((id) => safetyFlags[id].value === null),
        };
      },
    } satisfies DriverDef,
  ],
]) as Readonly<Record<DriverId, DriverDef>>;

export const DRIVER_IDS = Object.keys(DRIVERS) as DriverId[];

/** Every driver's level of one profile, read once. */
export type Levels = Readonly<Record<DriverId, DriverLevel>>;

export function levelsOf(profile: PatientNeedsProfile): Levels {
  const levels: Partial<Record<DriverId, DriverLevel>> = {};
  for (const id of DRIVER_IDS) levels[id] = DRIVERS[id].read(profile);
  return levels as Levels;
}
