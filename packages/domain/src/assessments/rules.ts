/**
 * What a completed assessment must be, and the rows that record one.
 *
 *  ASM-CODE     every answer has a code of its form
 *  ASM-RANGE    every answer is a value its item allows
 *  ASM-TWICE    no code stands twice
 *  ASM-EMPTY    there is an answer
 *  ASM-DATE     nobody was assessed tomorrow
 *  ASM-VERSION  the form's version is one this build has a map for
 *  ASM-AMEND    an amendment says why, and amends what stands: the same patient and instrument, not yet superseded
 *  ASM-KEEP     an assessment is never changed; the same one recorded twice is one row
 */
import {
  addDays,
  createRow,
  deterministicId,
  fail,
  type Id,
  type LocalDate,
  ok,
  type Problem,
  patientsShard,
  problem,
  type Result,
  type RowChange,
  stableHash,
} from '@fieldfare/kernel';
import { allowedText, allows } from './items/code-sets.ts';
import type { Form, Instrument } from './items/form.ts';
import { formOf } from './items/forms.ts';
import { type Answer, type Assessment, assessments, reassessments } from './tables.ts';

export interface AssessmentContent {
  readonly instrument: Instrument;
  readonly formVersion: string;
  readonly assessedOn: LocalDate;
  readonly answers: readonly Answer[];
}

/** What is wrong with one answer, null when nothing is. Says what is allowed, never what was found. */
export function checkAnswer(form: Form, { code, value }: Answer): Problem | null {
  const item = form.byCode.get(code);
  const path = ['answers', code];
  if (!item) return problem('invalid', `${code} is no item of ${form.name}`, { rule: 'ASM-CODE', path });
  if (allows(item.codes, value)) return null;
  const message = `${code} (${item.label}) takes ${allowedText(item.codes)}`;
  return problem('invalid', message, { rule: 'ASM-RANGE', path });
}

/** Every answer that is wrong, in the order given. */
export function answerProblems(form: Form, answers: readonly Answer[]): readonly Problem[] {
  const seen = new Set<string>();
  return answers.flatMap((each): Problem[] => {
    const { code } = each;
    if (seen.has(code)) {
      return [problem('invalid', `${code} is answered twice`, { rule: 'ASM-TWICE', path: ['answers', code] })];
    }
    seen.add(code);
    const wrong = checkAnswer(form, each);
    return wrong ? [wrong] : [];
  });
}

/** `ASM-VERSION` to `ASM-DATE`: the form, when the content can be recorded. */
export function checkContent(content: AssessmentContent, today: LocalDate): Result<Form> {
  const form = formOf(content.instrument, content.formVersion);
  if (!form) {
    return fail(problem('unsupported', 'this version of the form is not known here', { rule: 'ASM-VERSION' }));
  }
  const problems = [...answerProblems(form, content.answers)];
  if (content.answers.length === 0) {
    problems.push(problem('invalid', 'there is no answer', { rule: 'ASM-EMPTY', path: ['answers'] }));
  }
  if (content.assessedOn > today) {
    problems.push(problem('invalid', 'the day lies in the future', { rule: 'ASM-DATE', path: ['assessedOn'] }));
  }
  const [first, ...rest] = problems;
  return first ? fail(first, ...rest) : ok(form);
}

export interface Origin {
  readonly regionId: Id;
  readonly patientId: Id;
  readonly source: Assessment['source'];
  readonly completedAt: string;
  readonly completedBy: Id;
}

/** The same content for the same patient is the same row, whoever records it and how often. */
export function assessmentIdOf(patientId: Id, content: AssessmentContent, supersedes: Id | null): Id {
  const answers = sorted(content.answers).flatMap(({ code, value }) => [code, value]);
  return deterministicId(
    'assessment',
    patientId,
    content.instrument,
    content.formVersion,
    content.assessedOn,
    supersedes ?? '',
    stableHash(answers),
  );
}

const reassessmentIdOf = (assessmentId: Id): Id => deterministicId('reassessment', assessmentId);

const sorted = (answers: readonly Answer[]): Answer[] => answers.toSorted((a, b) => (a.code < b.code ? -1 : 1));

export interface Amendment {
  readonly amended: Assessment;
  readonly reason: string;
}

/** `ASM-AMEND`. `standing`: the patient's assessments that nothing supersedes. */
export function checkAmendment(
  content: AssessmentContent,
  amendment: { readonly amends: Id; readonly reason: string },
  standing: readonly Assessment[],
): Result<Amendment> {
  const wrong = (message: string, path: string): Result<never> =>
    fail(problem('conflict', message, { rule: 'ASM-AMEND', path: [path] }));
  const amended = standing.find(({ id }) => id === amendment.amends);
  if (!amended) return wrong('this assessment was amended by somebody else meanwhile', 'amends');
  if (amended.instrument !== content.instrument) return wrong('an amendment keeps the instrument', 'amends');
  if (amendment.reason.trim() === '') {
    return fail(problem('invalid', 'say why it is amended', { rule: 'ASM-AMEND', path: ['reason'] }));
  }
  return ok({ amended, reason: amendment.reason.trim() });
}

/** The rows of one completed assessment: itself, and when the patient is due again. Content must have passed `checkContent`. */
export function record(
  form: Form,
  content: AssessmentContent,
  origin: Origin,
  amendment: Amendment | null = null,
): { readonly id: Id; readonly changes: readonly RowChange[] } {
  const supersedes = amendment?.amended.id ?? null;
  const id = assessmentIdOf(origin.patientId, content, supersedes);
  const { instrument, formVersion, assessedOn } = content;
  return {
    id,
    changes: [
      createRow(assessments, {
        id,
        ...origin,
        instrument,
        formVersion,
        assessedOn,
        answers: sorted(content.answers),
        supersedes,
        reason: amendment?.reason ?? '',
      }),
      createRow(reassessments, {
        id: reassessmentIdOf(id),
        regionId: origin.regionId,
        patientId: origin.patientId,
        assessmentId: id,
        instrument,
        assessedOn,
        dueOn: form.dueAfterDays === null ? null : addDays(assessedOn, form.dueAfterDays),
      }),
      ...(amendment ? [notDueFor(amendment.amended, origin.completedAt)] : []),
    ],
  };
}

/** The date that an amended assessment set no longer counts. */
function notDueFor({ id, regionId }: Assessment, at: string): RowChange {
  return {
    table: reassessments.name,
    shard: patientsShard(regionId),
    id: reassessmentIdOf(id),
    set: { deletedAt: at },
  };
}

/** Those that nothing supersedes, most recent first. */
export function standingOf<Row extends Pick<Assessment, 'id' | 'supersedes' | 'assessedOn' | 'completedAt'>>(
  rows: readonly Row[],
): readonly Row[] {
  const superseded = new Set(rows.map(({ supersedes }) => supersedes));
  const key = (row: Row): string => `${row.assessedOn} ${row.completedAt} ${row.id}`;
  return rows.filter(({ id }) => !superseded.has(id)).toSorted((a, b) => (key(a) < key(b) ? 1 : -1));
}
