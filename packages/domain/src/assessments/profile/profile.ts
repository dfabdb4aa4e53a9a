/**
 * What a patient needs, from the assessments that stand. Pure.
 *
 *  PRF-LATEST   each need comes from the most recent assessment that tells it; one that lacks it is passed over
 *  PRF-TRACE    every value leads to the assessment and its item codes, every unknown to the codes that were missing
 *  PRF-NULL     what no assessment and no record tells is null
 */
import {
  AGE_BANDS,
  type AgeBand,
  type CapId,
  type ClinicalOrder,
  type Finding,
  ORDER_KINDS,
  type PatientNeedsProfile,
  SAFETY_FLAGS,
  type Source,
  unknownFinding,
} from '@fieldfare/engine-bundles';
import type { LocalDate } from '@fieldfare/kernel';
import { type AssessmentResults, assess } from '../assess.ts';
import { CAPS } from '../caps/index.ts';
import type { Form, Instrument } from '../items/form.ts';
import { formOf } from '../items/forms.ts';
import { NO_PACKS, type RuleBook } from '../packs/pack.ts';
import { type Answers, evaluate, type Rule, type RuleResult } from '../scales/rule.ts';
import type { Assessment, PatientContext } from '../tables.ts';
import { findingOf, STATED } from './sources.ts';

export interface ProfileInput {
  /** Assessments that nothing supersedes, most recent first. */
  readonly standing: readonly Assessment[];
  readonly context: Pick<PatientContext, 'internet' | 'techReadiness' | 'rurality'> | null;
  readonly birthDate: LocalDate | null;
  /** The day the profile is for. */
  readonly on: LocalDate;
  /** Rules that take the place of stand-ins; none by default. */
  readonly book?: RuleBook;
}

/** One assessment with everything computed from it. */
export interface Reading {
  readonly id: string;
  readonly instrument: Instrument;
  readonly formVersion: string;
  readonly assessedOn: LocalDate;
  readonly form: Form;
  readonly answers: Answers;
  readonly results: AssessmentResults;
}

/** The most recent assessment of each instrument, most recent first. Versions this build cannot read are left out. */
export function readingsOf(standing: readonly Assessment[], book: RuleBook = NO_PACKS): readonly Reading[] {
  const readings = new Map<Instrument, Reading>();
  for (const { id, instrument, formVersion, assessedOn, answers: rows } of standing) {
    const form = formOf(instrument, formVersion);
    if (!form || readings.has(instrument)) continue;
    const answers = new Map(rows.map(({ code, value }) => [code, value]));
    readings.set(instrument, {
      id,
      instrument,
      formVersion,
      assessedOn,
      form,
      answers,
      results: assess(form, answers, book),
    });
  }
  return [...readings.values()];
}

export function ageBandOf(birthDate: LocalDate, on: LocalDate): AgeBand {
  const birthday = on.slice(5) >= birthDate.slice(5) ? 0 : 1;
  const age = Number(on.slice(0, 4)) - Number(birthDate.slice(0, 4)) - birthday;
  const bounds = [17, 64, 74, 84, 89];
  return AGE_BANDS[bounds.filter((bound) => age > bound).length] ?? '90+';
}

const same = <T>(value: T): T => value;
const yes = (value: number): boolean => value === 1;

type Candidate = readonly [RuleResult, Reading];

/** `PRF-LATEST` */
function told<T>(candidates: readonly Candidate[], read: (value: number) => T, lacking: string): Finding<T> {
  const known = candidates.find(([result]) => result.value !== null) ?? candidates[0];
  return known ? findingOf(known[0], known[1].id, read) : unknownFinding(lacking);
}

function recorded<T extends string | number | boolean>(code: string, value: T | null | undefined): Finding<T> {
  if (value === null || value === undefined) return unknownFinding(code);
  return { value, status: 'recorded', provenance: [{ kind: 'record', code, value }], missing: [] };
}

export function needsProfile(input: ProfileInput): PatientNeedsProfile {
  const readings = readingsOf(input.standing, input.book);
  const scale = (...ids: readonly string[]): Candidate[] =>
    readings.flatMap((reading) =>
      reading.results.scales.filter(({ slot }) => ids.includes(slot)).map((result): Candidate => [result, reading]),
    );
  const numeric = (lacking: string, ...ids: readonly string[]): Finding<number> => told(scale(...ids), same, lacking);
  /** Straight from items, of whichever form carries all that the rule asks for. */
  const item = <T>(rule: Rule, read: (value: number) => T, instruments: readonly Instrument[]): Finding<T> => {
    const candidates = readings
      .filter(({ instrument }) => instruments.includes(instrument))
      .map((reading): Candidate => [evaluate(rule, reading.form, reading.answers), reading]);
    return told(candidates, read, instruments[0] ?? '');
  };
  const HC: readonly Instrument[] = ['interrai-hc'];
  const BOTH: readonly Instrument[] = ['interrai-hc', 'interrai-ca'];
  const { context, birthDate } = input;
  const home = readings.find(({ instrument }) => instrument === 'interrai-hc');
  const screen = readings.find(({ instrument }) => instrument === 'interrai-bmhs');

  const capOf = (id: CapId): Finding<string> => {
    const result = home?.results.caps[id];
    return home && result ? findingOf<string, string>(result, home.id, same, 'cap') : unknownFinding(CAPS[id].id);
  };
  const flagOf = (id: (typeof SAFETY_FLAGS)[number]): Finding<number> => {
    const result = screen?.results.flags.find((each) => each.id === id);
    return screen && result ? findingOf(result, screen.id, same) : unknownFinding('interrai-bmhs');
  };

  return {
    needs: {
      adlHierarchy: numeric('interrai-hc', 'ADLH'),
      adlLong: numeric('interrai-hc', 'ADL-LF'),
      iadlCapacity: numeric('interrai-hc', 'IADL-CAP'),
      personalSupport: numeric('interrai-ca', 'prov.psa', 'prov.psa.hc'),
      cognition: numeric('interrai-hc', 'CPS'),
      communication: numeric('interrai-hc', 'COMM'),
      depression: numeric('interrai-hc', 'DRS'),
      mood: numeric('interrai-ca', 'DMS'),
      aggression: numeric('interrai-hc', 'ABS'),
      wandering: item(STATED.wandering, same, HC),
      behaviourDaily: item(STATED.behaviourDaily, yes, HC),
      falls: item(STATED.falls, same, HC),
      pressureUlcer: numeric('interrai-hc', 'PURS'),
      pain: numeric('interrai-hc', 'PAIN'),
      bladder: item(STATED.bladder, same, HC),
      bowel: item(STATED.bowel, same, HC),
      instability: numeric('interrai-hc', 'CHESS', 'CHESS-CA'),
      urgency: numeric('interrai-ca', 'prov.sua'),
      priority: numeric('interrai-hc', 'prov.priority'),
      rehab: numeric('interrai-ca', 'prov.rehab', 'prov.rehab.hc'),
      livesAlone: item(STATED.livesAlone, yes, HC),
      primaryHelper: item(STATED.primaryHelper, yes, HC),
      helperUnable: item(STATED.helperUnable, yes, BOTH),
      helperDistressed: item(STATED.helperDistressed, yes, HC),
      helperOverwhelmed: item(STATED.helperOverwhelmed, yes, BOTH),
      internet: recorded('internet', context?.internet),
      techReadiness: recorded('techReadiness', context?.techReadiness),
      rurality: recorded('rurality', context?.rurality),
      ageBand: recorded('birthDate', birthDate === null ? null : ageBandOf(birthDate, input.on)),
    },
    caps: Object.fromEntries(
      (Object.keys(CAPS) as CapId[]).map((id) => [id, capOf(id)]),
    ) as unknown as PatientNeedsProfile['caps'],
    safetyFlags: Object.fromEntries(SAFETY_FLAGS.map((id) => [id, flagOf(id)])) as PatientNeedsProfile['safetyFlags'],
    orders: ordersOf(readings),
    assessedOn: readings[0]?.assessedOn ?? null,
  };
}

/** Treatments that the most recent assessment telling of them says are given or ordered. */
function ordersOf(readings: readonly Reading[]): readonly ClinicalOrder[] {
  return ORDER_KINDS.flatMap((kind): ClinicalOrder[] => {
    for (const { id, form, answers } of readings) {
      const { value, inputs } = evaluate(STATED[kind], form, answers);
      if (value === null) continue;
      const provenance = inputs.map((input): Source => ({ kind: 'item', ...input, assessmentId: id }));
      return value === 1 ? [{ kind, visitsPerWeek: null, provenance }] : [];
    }
    return [];
  });
}
