/**
 * Scenarios for very many patients in a worker, as the application computes them: slice by slice, progress in between, ended
 * by a word. The bench measures it and a test cancels it; it never ships.
 */

import { unwrap } from '@fieldfare/kernel';
import {
  compileConfig,
  DEFAULT_PARTS,
  evaluateAll,
  type PatientQuestion,
  proposeBundles,
  SERVICE_IDS,
} from '../../src/index.ts';
import { generateProfile } from '../generate.ts';

export type Order =
  | { readonly type: 'single'; readonly patients: number }
  | { readonly type: 'all'; readonly patients: number }
  | { readonly type: 'cancel' };

export type Report =
  | { readonly type: 'ready' }
  /** Milliseconds of each patient to whom every axis applies. */
  | { readonly type: 'single'; readonly times: readonly number[] }
  | { readonly type: 'progress'; readonly done: number; readonly total: number }
  | { readonly type: 'done'; readonly done: number; readonly stopped: boolean; readonly longestSlice: number };

/** A patient to whom every axis applies gets five scenarios. */
const ALL_AXES = 5;

const config = unwrap(compileConfig(DEFAULT_PARTS));
const [stream] = config.book.streams;
if (!stream) throw new Error('a checked rate book has a stream');
const market = { own: new Set(SERVICE_IDS), partner: new Set(SERVICE_IDS) };
const questions = (count: number): PatientQuestion[] =>
  Array.from({ length: count }, (_, seed) => ({ id: String(seed), profile: generateProfile(seed), stream, market }));

const say = (report: Report): void => postMessage(report);
let cancelled = false;

function once(patient: PatientQuestion): number | null {
  const from = performance.now();
  const { scenarios } = proposeBundles(config, patient);
  return scenarios.length === ALL_AXES ? performance.now() - from : null;
}

/** The middle of three times: another program that woke up for a moment should not decide. */
const single = (patients: readonly PatientQuestion[]): readonly number[] =>
  patients.flatMap((patient) => {
    const times = [once(patient), once(patient), once(patient)].filter((time) => time !== null);
    return times.sort((a, b) => a - b).slice(1, 2);
  });

async function all(patients: readonly PatientQuestion[]): Promise<void> {
  cancelled = false;
  let longestSlice = 0;
  const run = evaluateAll(config, patients);
  let from = performance.now();
  let step = run.next();
  while (!step.done) {
    longestSlice = Math.max(longestSlice, performance.now() - from);
    say({ type: 'progress', ...step.value });
    await new Promise((resolve) => setTimeout(resolve)); // lets a cancel in
    from = performance.now();
    step = run.next(cancelled ? 'stop' : undefined);
  }
  const { summaries, stopped } = step.value;
  say({ type: 'done', done: summaries.length, stopped, longestSlice });
}

addEventListener('message', ({ data }: MessageEvent<Order>) => {
  if (data.type === 'cancel') cancelled = true;
  else if (data.type === 'single') say({ type: 'single', times: single(questions(data.patients)) });
  else void all(questions(data.patients));
});
say({ type: 'ready' });
