/** A completed assessment as a file states it, before anybody asked whether that is possible. */
import type { Instrument } from '@fieldfare/domain/assessments';

/** What is wrong, and where. Messages never repeat a value, a number or a name: they may be health data. */
export interface AssessmentFault {
  /** Which assessment of the file, from 1; 0: the file as a whole. */
  readonly nth: number;
  /** Line of a CSV file. */
  readonly line: number | null;
  /** Item code, when one answer is meant. */
  readonly code: string | null;
  readonly rule: string;
  readonly message: string;
}

export interface StatedAnswer {
  readonly code: string;
  /** Null: it is no whole number. */
  readonly value: number | null;
  readonly line: number | null;
}

export interface StatedAssessment {
  readonly nth: number;
  readonly line: number | null;
  /** Null: not stated. */
  readonly instrument: Instrument | null;
  readonly version: string;
  /** The patient's number, null when the file names nobody. */
  readonly reference: string | null;
  readonly assessedOn: string | null;
  /** The source says that it corrects what it sent before. */
  readonly amended: boolean;
  readonly answers: readonly StatedAnswer[];
  /** What the format itself forbids. */
  readonly faults: readonly AssessmentFault[];
}

/** What goes into a fault's message is cut: a code may be anything somebody typed. */
export const codeText = (code: string): string => (/^[A-Za-z0-9.]{1,12}$/.test(code) ? code : 'a code');
