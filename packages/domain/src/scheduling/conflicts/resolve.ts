import { fail, problem, unwrap } from '@fieldfare/kernel';
import type { Context } from '../../procedure.ts';

export interface ResolveInput {
  readonly regionId: string;
  readonly week: string;
  readonly conflictId: string;
  readonly choice: string;
  readonly reason: string;
}

export async function settleConflict(_ctx: Context, _input: ResolveInput): Promise<{ readonly stamp: string }> {
  return unwrap(fail(problem('unsupported', 'not built yet')));
}
