import { fail, problem, unwrap } from '@fieldfare/kernel';
import type { Context } from '../procedure.ts';
import type { Candidate, CellFeasibility } from './board.ts';

export interface VisitInput {
  readonly regionId: string;
  readonly week: string;
  readonly visitId: string;
}

export async function feasibility(_ctx: Context, _input: VisitInput): Promise<readonly CellFeasibility[]> {
  return unwrap(fail(problem('unsupported', 'not built yet')));
}

export async function suggest(_ctx: Context, _input: VisitInput): Promise<readonly Candidate[]> {
  return unwrap(fail(problem('unsupported', 'not built yet')));
}
