import { fail, problem, unwrap } from '@fieldfare/kernel';
import type { Context } from '../procedure.ts';
import type { BoardViolation } from './board.ts';
import type { VisitEdit } from './rules.ts';

export interface Target {
  readonly regionId: string;
  readonly week: string;
  readonly visitId: string;
}

export interface Done {
  /** Stamp of the commit: the visit's new `BoardVisit.stamp`. */
  readonly stamp: string;
}

export interface AssignInput extends Target {
  readonly staffId: string;
  readonly date: string;
  readonly start: string;
  readonly basedOn?: string | undefined;
}

const later = (): never => unwrap(fail(problem('unsupported', 'not built yet')));

export async function planWeekVisits(
  _ctx: Context,
  _input: { readonly regionId: string; readonly week: string },
): Promise<{ readonly created: number }> {
  return later();
}
export async function assignVisit(
  _ctx: Context,
  _input: AssignInput,
): Promise<Done & { readonly warnings: readonly BoardViolation[] }> {
  return later();
}
export async function unassignVisit(_ctx: Context, _input: Target): Promise<Done> {
  return later();
}
export async function updateVisit(_ctx: Context, _input: Target & { readonly set: VisitEdit }): Promise<Done> {
  return later();
}
export async function cancelVisit(_ctx: Context, _input: Target): Promise<Done> {
  return later();
}
export async function pinVisit(_ctx: Context, _input: Target & { readonly pinned: boolean }): Promise<Done> {
  return later();
}
