/**
 * Plans beside one another: figures that can be compared, and which plan is better on what. Pure.
 *
 *  SCN-PARETO  a plan is dominated by another that is as good on every figure and better on one
 *
 * Figures are compared as they are shown: what reads the same is the same.
 */
import { OUTCOMES, type OutcomesOfWeek } from '../insights/index.ts';

/** What a plan would make of the week. */
export interface PlanFacts {
  readonly outcomes: OutcomesOfWeek;
  /** Placed visits that get another carer, day or time. */
  readonly moved: number;
  /** The engine's points for uneven workload. */
  readonly uneven: number;
}

export interface FigureWording {
  readonly key: string;
  readonly label: string;
  readonly meaning: string;
  /** What a plan that is best on it may be called. */
  readonly praise: string;
  readonly better: 'low' | 'high';
  /** Null: nothing to measure. */
  value(plan: PlanFacts): number | null;
  text(plan: PlanFacts): string;
}

/** The measures a plan of a week can change. */
const MEASURES: Readonly<Record<string, Pick<FigureWording, 'better' | 'praise'>>> = {
  uncovered: { better: 'low', praise: 'Most care covered' },
  continuity: { better: 'high', praise: 'Most continuity' },
  travelPerVisit: { better: 'low', praise: 'Least travel' },
  overtime: { better: 'low', praise: 'Least overtime' },
  // Neither by itself, but between plans that cover the same care, what partners give is bought.
  partnerShare: { better: 'low', praise: 'Fewest partner hours' },
};

export const FIGURES: readonly FigureWording[] = [
  ...OUTCOMES.flatMap((wording): FigureWording[] => {
    const measure = MEASURES[wording.key];
    if (measure === undefined) return [];
    return [
      {
        key: wording.key,
        label: wording.label,
        meaning: wording.meaning,
        ...measure,
        value: ({ outcomes }) => wording.value(outcomes),
        text: ({ outcomes }) => wording.text(outcomes),
      },
    ];
  }),
  {
    key: 'uneven',
    label: 'Uneven workload',
    praise: 'Most even workload',
    meaning: 'Points: the fuller a carer’s week already is, the more an hour counts.',
    better: 'low',
    value: ({ uneven }) => uneven,
    text: ({ uneven }) => String(uneven),
  },
  {
    key: 'moved',
    label: 'Visits moved',
    praise: 'Fewest moves',
    meaning: 'Placed visits that get another carer, day or time.',
    better: 'low',
    value: ({ moved }) => moved,
    text: ({ moved }) => String(moved),
  },
];

/** -1: `a` is better, 1: `b` is, 0: they read the same or one says nothing. */
export function compareFigure(figure: FigureWording, a: PlanFacts, b: PlanFacts): -1 | 0 | 1 {
  const [one, two] = [figure.value(a), figure.value(b)];
  if (one === null || two === null || figure.text(a) === figure.text(b)) return 0;
  return one < two === (figure.better === 'low') ? -1 : 1;
}

export const dominates = (a: PlanFacts, b: PlanFacts): boolean => {
  const compared = FIGURES.map((figure) => compareFigure(figure, a, b));
  return compared.includes(-1) && !compared.includes(1);
};

export interface Standing {
  /** Keys of figures on which no other plan is better and at least one is worse. */
  readonly best: readonly string[];
  /** Index of a plan that makes this one needless, null when none does. */
  readonly dominatedBy: number | null;
}

export const standings = (plans: readonly PlanFacts[]): readonly Standing[] =>
  plans.map((plan) => {
    const by = plans.findIndex((other) => dominates(other, plan));
    return {
      best: FIGURES.filter((figure) => {
        const compared = plans.map((other) => compareFigure(figure, plan, other));
        return compared.includes(-1) && !compared.includes(1);
      }).map(({ key }) => key),
      dominatedBy: by < 0 ? null : by,
    };
  });
