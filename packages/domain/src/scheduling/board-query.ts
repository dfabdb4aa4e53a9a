import { fail, problem, unwrap } from '@fieldfare/kernel';
import type { Context } from '../procedure.ts';
import type { BoardEvent, WeekBoard } from './board.ts';

export interface WeekInput {
  readonly regionId: string;
  readonly week: string;
}

export async function weekBoard(_ctx: Context, _input: WeekInput): Promise<WeekBoard> {
  return unwrap(fail(problem('unsupported', 'not built yet')));
}

export async function* boardEvents(
  _ctx: Context,
  _input: WeekInput,
  _signal: AbortSignal | undefined,
): AsyncGenerator<BoardEvent, void, void> {
  unwrap(fail(problem('unsupported', 'not built yet')));
}
