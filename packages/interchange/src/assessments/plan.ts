/**
 * What an import of assessments would do, and the rows that do it.
 *
 *  IMA-ALL     all or nothing: one fault, and there are no changes
 *  IMA-AGAIN   the same file again changes nothing
 *  IMA-EXISTS  another assessment of that patient, form and day is not overwritten: it is amended, when the source says
 *              so, and refused otherwise
 */
import { type Assessment, assessmentIdOf, record, standingOf } from '@fieldfare/domain/assessments';
import type { LocalDate, RowChange } from '@fieldfare/kernel';
import type { AssessmentReading, ReadAssessment } from './read.ts';
import type { AssessmentFault } from './response.ts';

export interface PlannedAssessment {
  readonly nth: number;
  readonly patientId: string;
  readonly form: string;
  readonly assessedOn: LocalDate;
  readonly answered: number;
  readonly action: 'create' | 'amend' | 'unchanged';
}

export interface AssessmentPlan {
  readonly count: number;
  readonly planned: readonly PlannedAssessment[];
  readonly faults: readonly AssessmentFault[];
  readonly faultCount: number;
  readonly unknownCodes: readonly string[];
  /** Empty when there are faults. */
  readonly changes: readonly RowChange[];
}

export interface PlanOptions {
  readonly regionId: string;
  /** Every assessment of the patients in the reading, superseded ones too. */
  readonly existing: readonly Assessment[];
  readonly completedAt: string;
  readonly completedBy: string;
}

const AMENDED_AT_SOURCE = 'amended at its source';

export function planAssessments(reading: AssessmentReading, options: PlanOptions): AssessmentPlan {
  const faults: AssessmentFault[] = [];
  const planned: PlannedAssessment[] = [];
  const changes: RowChange[] = [];
  const known = new Set(options.existing.map(({ id }) => id));

  const plan = (read: ReadAssessment): void => {
    const { nth, line, patientId, form, content } = read;
    const own = options.existing.filter((row) => row.patientId === patientId);
    const there = standingOf(own).find(
      (row) => row.instrument === content.instrument && row.assessedOn === content.assessedOn,
    );
    const shown = {
      nth,
      patientId,
      form: form.name,
      assessedOn: content.assessedOn,
      answered: content.answers.length,
    };
    // The same content may have come as itself or as the amendment that stands now.
    const ids = [null, there?.supersedes ?? null].map((amends) => assessmentIdOf(patientId, content, amends));
    if (ids.some((id) => known.has(id))) {
      planned.push({ ...shown, action: 'unchanged' });
      return;
    }
    if (there && !read.amended) {
      const message = 'another assessment of that day is there already: amend that one';
      faults.push({ nth, line, code: null, rule: 'IMA-EXISTS', message });
      return;
    }
    const { regionId, completedAt, completedBy } = options;
    const origin = { regionId, patientId, source: reading.source, completedAt, completedBy };
    const amendment = there ? { amended: there, reason: AMENDED_AT_SOURCE } : null;
    changes.push(...record(form, content, origin, amendment).changes);
    planned.push({ ...shown, action: there ? 'amend' : 'create' });
  };
  for (const read of reading.assessments) plan(read);
  const faultCount = reading.faultCount + faults.length;
  return {
    count: reading.count,
    planned,
    faults: [...reading.faults, ...faults].toSorted((a, b) => a.nth - b.nth),
    faultCount,
    unknownCodes: reading.unknownCodes,
    changes: faultCount > 0 ? [] : changes,
  };
}
