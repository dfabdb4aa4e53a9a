import { fail, problem, unwrap } from '@fieldfare/kernel';
import type { Context } from '../procedure.ts';
import type { AutoAssignEvent, ProposedPlacement } from './board.ts';

export interface AutoAssignInput {
  readonly regionId: string;
  readonly week: string;
  readonly seed?: number | undefined;
}

export interface AcceptInput {
  readonly regionId: string;
  readonly week: string;
  readonly proposalId: string;
  readonly placements: readonly Pick<ProposedPlacement, 'visitId' | 'staffId' | 'date' | 'start' | 'basedOn'>[];
}

export async function* autoAssign(
  _ctx: Context,
  _input: AutoAssignInput,
  _signal: AbortSignal | undefined,
): AsyncGenerator<AutoAssignEvent, void, void> {
  unwrap(fail(problem('unsupported', 'not built yet')));
}

export async function acceptProposal(_ctx: Context, _input: AcceptInput): Promise<{ readonly accepted: number }> {
  return unwrap(fail(problem('unsupported', 'not built yet')));
}
