/** Many patients in one run: progress between slices, and it can be stopped. */
import type { BundleConfig } from './config.ts';
import type { EnvelopeStatus } from './rates.ts';
import { type BundleQuestion, proposeBundles } from './scenario.ts';

export interface PatientQuestion extends BundleQuestion {
  readonly id: string;
}

/** What stays of a patient's scenarios: enough for a list, without lines. */
export interface PatientSummary {
  readonly id: string;
  readonly recommended: string | null;
  readonly stopped: boolean;
  readonly axes: readonly {
    readonly axis: string;
    readonly weeklyCents: number;
    readonly hoursPerWeek: number;
    readonly envelope: EnvelopeStatus;
  }[];
}

export interface EvaluationProgress {
  readonly done: number;
  readonly total: number;
}

export interface Evaluation {
  readonly summaries: readonly PatientSummary[];
  /** True when it ended before every patient had its turn. */
  readonly stopped: boolean;
}

const SLICE = 25;

/** Yields after every slice of patients; `next('stop')` ends it with what is done so far. */
export function* evaluateAll(
  config: BundleConfig,
  patients: readonly PatientQuestion[],
): Generator<EvaluationProgress, Evaluation, 'stop' | undefined> {
  const summaries: PatientSummary[] = [];
  for (const { id, ...question } of patients) {
    const { scenarios, recommended, stops } = proposeBundles(config, question);
    summaries.push({
      id,
      recommended,
      stopped: stops.length > 0,
      axes: scenarios.map(({ axis, cost, hoursPerWeek, envelope }) => ({
        axis,
        weeklyCents: cost.default,
        hoursPerWeek,
        envelope: envelope.status,
      })),
    });
    if (summaries.length % SLICE !== 0 || summaries.length === patients.length) continue;
    if ((yield { done: summaries.length, total: patients.length }) === 'stop') return { summaries, stopped: true };
  }
  return { summaries, stopped: false };
}
