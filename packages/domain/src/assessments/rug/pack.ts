/**
 * What the RUG-III/HC grouper takes from outside: thresholds, lists of conditions, weights. The public description
 * leaves the lists open, so the built-in pack is ours and provisional; a licensed one replaces it as data.
 */
import { z } from 'zod';
import { CONCEPTS, type Concept } from '../items/concepts.ts';

export const RUG_GROUPS = [
  'RB0',
  'RA2',
  'RA1',
  'SE3',
  'SE2',
  'SE1',
  'SSB',
  'SSA',
  'CC0',
  'CB0',
  'CA2',
  'CA1',
  'IB0',
  'IA2',
  'IA1',
  'BB0',
  'BA2',
  'BA1',
  'PD0',
  'PC0',
  'PB0',
  'PA2',
  'PA1',
] as const;
export type RugGroup = (typeof RUG_GROUPS)[number];

const concept = z.custom<Concept>(
  (value) => typeof value === 'string' && Object.hasOwn(CONCEPTS, value),
  'no such item',
);

/** An answer that is one of these. */
const test = z.object({ concept, in: z.array(z.int()).min(1) });
/** Holds when every test does and the ADL index is high enough. */
const condition = z.object({ all: z.array(test).min(1), adlAtLeast: z.int().min(4).max(18).default(4) });

export const rugPack = z.object({
  id: z.string().min(1),
  version: z.string().min(1),
  status: z.enum(['official', 'published', 'provisional']),
  /** Therapy in seven days from which the rehabilitation category begins. */
  therapyMinutes: z.int().positive(),
  /** Answers that count as full help in the IADL index. */
  fullHelp: z.array(z.int()).min(1),
  parenteral: z.array(z.int()),
  /** Ways of taking food that make eating fully dependent. */
  tubeOrVein: z.array(z.int()),
  extensive: z.array(condition),
  specialCare: z.array(condition),
  clinicallyComplex: z.array(condition),
  behaviour: z.array(condition),
  /** Case-mix weights; empty until the licensed ones are loaded. */
  cmi: z.partialRecord(z.enum(RUG_GROUPS), z.number().positive()),
});
export type RugPack = z.infer<typeof rugPack>;

const TREATED = [2, 3];
const DIAGNOSED = [1, 2, 3];
const EXHIBITED = [2, 3, 4];

type Condition = RugPack['extensive'][number];
type Need = readonly [Concept, readonly number[]];
const when = (...tests: readonly Need[]): Condition => ({
  all: tests.map(([key, values]) => ({ concept: key, in: [...values] })),
  adlAtLeast: 4,
});
const whenAdl = (adlAtLeast: number, ...tests: readonly Need[]): Condition => ({
  ...when(...tests),
  adlAtLeast,
});

const FEVER = ['sym.fever', EXHIBITED] as const;

export const BUILT_IN_RUG: RugPack = {
  id: 'prov.rug3hc',
  version: '1',
  status: 'provisional',
  therapyMinutes: 120,
  fullHelp: [5, 6, 8],
  parenteral: [8],
  tubeOrVein: [5, 6, 7, 8, 9],
  extensive: [
    when(['tx.ivMedication', TREATED]),
    when(['tx.suction', TREATED]),
    when(['tx.tracheostomy', TREATED]),
    when(['tx.ventilator', TREATED]),
  ],
  specialCare: [
    when(['skin.ulcer', [3, 4]], ['tx.turning', TREATED]),
    when(['nut.mode', [5, 6, 7]], ['sym.aphasia', EXHIBITED]),
    whenAdl(10, ['dx.quadriplegia', DIAGNOSED]),
    whenAdl(10, ['dx.ms', DIAGNOSED]),
    when(['tx.radiation', TREATED]),
    when(FEVER, ['nut.dehydrated', [1]]),
    when(FEVER, ['dx.pneumonia', DIAGNOSED]),
    when(FEVER, ['sym.vomiting', EXHIBITED]),
    when(FEVER, ['nut.weightLoss', [1]]),
  ],
  clinicallyComplex: [
    when(['nut.dehydrated', [1]]),
    when(['dx.pneumonia', DIAGNOSED]),
    whenAdl(10, ['dx.hemiplegia', DIAGNOSED]),
    when(['tx.chemo', TREATED]),
    when(['tx.dialysis', TREATED]),
    when(['tx.oxygen', TREATED]),
    when(['tx.transfusion', TREATED]),
    when(['health.endStage', [1]]),
    when(['sym.bleeding', EXHIBITED]),
  ],
  behaviour: [
    when(['beh.wandering', [2, 3]]),
    when(['beh.verbal', [2, 3]]),
    when(['beh.physical', [2, 3]]),
    when(['beh.inappropriate', [2, 3]]),
    when(['beh.resists', [2, 3]]),
    when(['sym.hallucinations', EXHIBITED]),
    when(['sym.delusions', EXHIBITED]),
  ],
  cmi: {},
};
