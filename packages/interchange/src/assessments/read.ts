/**
 * What a file's assessments say against what is possible, item by item. Nothing is guessed: a person may choose the form
 * of a file that does not name it, and may leave out items that this build does not know; both are said, not assumed.
 *
 *  IMA-PATIENT   the patient's number is known in this region; on a patient's own page a file may name them otherwise
 *                (a health card), but not name another patient, nor two people
 *  IMA-FORM      the form is named by the file or by a person, and they agree
 *  IMA-VERSION   its version is one this build has a map for
 *  IMA-MIXED     one file holds one form
 *  IMA-DATE      the day is one, and not in the future
 *  IMA-TWICE     no patient is assessed twice on one day with one form in one file
 *  IMA-WHOLE     an answer is a whole number
 *  ASM-CODE, ASM-RANGE, ASM-TWICE, ASM-EMPTY  as for every assessment
 */
import {
  type Answer,
  type AssessmentContent,
  checkAnswer,
  type Form,
  formNamed,
  type Instrument,
} from '@fieldfare/domain/assessments';
import { isLocalDate, type LocalDate, type Result } from '@fieldfare/kernel';
import { referenceKey } from '../kinds/lookup.ts';
import { readAssessmentCsv } from './csv.ts';
import { readFhir } from './fhir.ts';
import { type AssessmentFault, codeText, type StatedAssessment } from './response.ts';

export interface AssessmentReadOptions {
  /** The region's patients. */
  readonly patients: readonly { readonly id: string; readonly reference: string }[];
  readonly today: LocalDate;
  /** The patient whose page this is. */
  readonly patientId: string | null;
  /** The form that a person chose, for files that do not name it. */
  readonly form: { readonly instrument: Instrument; readonly version: string } | null;
  /** Leave out items that the form's map does not have. */
  readonly leaveOut: boolean;
}

export interface ReadAssessment {
  readonly nth: number;
  readonly line: number | null;
  readonly patientId: string;
  readonly form: Form;
  readonly content: AssessmentContent;
  readonly amended: boolean;
}

export interface AssessmentReading {
  readonly source: 'fhir' | 'csv';
  readonly count: number;
  /** Those without a fault. */
  readonly assessments: readonly ReadAssessment[];
  /** At most `MAX_FAULTS`; `faultCount` counts all. */
  readonly faults: readonly AssessmentFault[];
  readonly faultCount: number;
  /** Codes that the form's map does not have. */
  readonly unknownCodes: readonly string[];
}

export const MAX_FAULTS = 500;

export function readAssessments(text: string, options: AssessmentReadOptions): Result<AssessmentReading> {
  const source = /^\s*[[{]/.test(text) ? 'fhir' : 'csv';
  const stated = source === 'fhir' ? readFhir(text) : readAssessmentCsv(text);
  if (!stated.ok) return stated;
  const byReference = new Map(options.patients.map(({ id, reference }) => [referenceKey(reference), id]));
  const judge = createJudge(options, byReference);
  for (const assessment of stated.value) judge.take(assessment);
  return {
    ok: true,
    value: { source, count: stated.value.length, ...judge.outcome() },
  };
}

function createJudge(options: AssessmentReadOptions, byReference: ReadonlyMap<string, string>) {
  const assessments: ReadAssessment[] = [];
  const faults: AssessmentFault[] = [];
  const unknownCodes = new Set<string>();
  /** Of the first assessment that names one: all others must agree. */
  let fileForm: Form | null = null;
  const seen = new Map<string, number>();
  /** Whom the file names, on a patient's own page. */
  let named: string | null = null;

  function formOf(
    { instrument, version }: StatedAssessment,
    wrong: (rule: string, message: string) => void,
  ): Form | null {
    const named = instrument ?? options.form?.instrument ?? null;
    if (named === null) {
      wrong('IMA-FORM', 'the file does not say which form it is: choose it');
      return null;
    }
    if (options.form && instrument !== null && options.form.instrument !== instrument) {
      wrong('IMA-FORM', 'the file is of another form than the one chosen');
      return null;
    }
    const form = formNamed(named, version === '' ? (options.form?.version ?? '') : version);
    if (!form) {
      wrong('IMA-VERSION', 'this version of the form is not known here');
      return null;
    }
    fileForm ??= form;
    if (form !== fileForm) {
      wrong('IMA-MIXED', `this is ${form.name}, the file began with ${fileForm.name}: one file holds one form`);
      return null;
    }
    return form;
  }

  function patientOf({ reference }: StatedAssessment, wrong: (rule: string, message: string) => void): string | null {
    const known = reference === null ? undefined : byReference.get(referenceKey(reference));
    if (options.patientId !== null) {
      const other = (known !== undefined && known !== options.patientId) || (named !== null && named !== reference);
      named = reference;
      if (!other) return options.patientId;
      wrong('IMA-PATIENT', 'this is the assessment of another patient');
      return null;
    }
    if (known === undefined) {
      wrong('IMA-PATIENT', reference === null ? 'it does not say whose it is' : 'no patient here has this number');
      return null;
    }
    return known;
  }

  function answersOf(
    form: Form,
    stated: StatedAssessment,
    note: (fault: Omit<AssessmentFault, 'nth'>) => void,
  ): Answer[] {
    const answers = new Map<string, Answer>();
    for (const { code, value, line } of stated.answers) {
      const wrong = (rule: string, message: string): void => note({ line, code: codeText(code), rule, message });
      if (!form.byCode.has(code)) {
        unknownCodes.add(codeText(code));
        if (!options.leaveOut) wrong('ASM-CODE', `${codeText(code)} is no item of ${form.name}`);
        continue;
      }
      if (answers.has(code)) {
        wrong('ASM-TWICE', `${code} is answered twice`);
        continue;
      }
      if (value === null) {
        wrong('IMA-WHOLE', `${code} takes a whole number`);
        continue;
      }
      const answer = { code, value };
      answers.set(code, answer);
      const problem = checkAnswer(form, answer);
      if (problem) wrong(problem.rule ?? problem.code, problem.message);
    }
    return [...answers.values()];
  }

  return {
    take(stated: StatedAssessment): void {
      const { nth, line } = stated;
      const before = faults.length;
      faults.push(...stated.faults);
      const wrong = (rule: string, message: string): void => {
        faults.push({ nth, line, code: null, rule, message });
      };
      const patientId = patientOf(stated, wrong);
      const form = formOf(stated, wrong);
      const assessedOn = stated.assessedOn ?? '';
      if (!isLocalDate(assessedOn)) wrong('IMA-DATE', 'the day of the assessment must be YYYY-MM-DD');
      else if (assessedOn > options.today) wrong('IMA-DATE', 'the day of the assessment lies in the future');
      if (!form) return;
      const answers = answersOf(form, stated, (fault) => faults.push({ nth, ...fault }));
      if (answers.length === 0) wrong('ASM-EMPTY', 'there is no answer');
      if (patientId === null) return;
      const key = `${patientId} ${form.instrument} ${assessedOn}`;
      const first = seen.get(key);
      if (first === undefined) seen.set(key, nth);
      else wrong('IMA-TWICE', `the same patient was assessed on the same day in number ${first} of this file`);
      if (faults.length > before) return;
      const content = { instrument: form.instrument, formVersion: form.version, assessedOn, answers };
      assessments.push({ nth, line, patientId, form, content, amended: stated.amended });
    },
    outcome: (): Omit<AssessmentReading, 'source' | 'count'> => ({
      assessments,
      faults: faults.slice(0, MAX_FAULTS),
      faultCount: faults.length,
      unknownCodes: [...unknownCodes].sort(),
    }),
  };
}
