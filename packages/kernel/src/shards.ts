/**
 * Names of shards: the unit of sync, of authorisation and of loading. The text form is what stands in the
 * journal and on the wire; it carries ids and weeks, never names.
 *
 *   org                              tenant-wide: regions, users, partners, service types
 *   region/<id>/roster               staff, absences
 *   region/<id>/patients             patients, requirements
 *   schedule/<region>/<iso-week>     visits, assignments, conflict resolutions
 *   patient/<region>/<id>            one person's clinical record: assessments, plans
 */
import { isId } from './ids.ts';
import { fail, ok, problem, type Result } from './problem.ts';
import { type IsoWeek, isIsoWeek } from './zoned-time.ts';

export type ShardId = string;

export type ShardRef =
  | { readonly kind: 'org'; readonly regionId: null }
  | { readonly kind: 'roster'; readonly regionId: string }
  | { readonly kind: 'patients'; readonly regionId: string }
  | { readonly kind: 'schedule'; readonly regionId: string; readonly week: IsoWeek }
  | { readonly kind: 'patient'; readonly regionId: string; readonly patientId: string };

export type ShardKind = ShardRef['kind'];

export const orgShard: ShardId = 'org';
export const rosterShard = (regionId: string): ShardId => `region/${regionId}/roster`;
export const patientsShard = (regionId: string): ShardId => `region/${regionId}/patients`;
export const scheduleShard = (regionId: string, week: IsoWeek): ShardId => `schedule/${regionId}/${week}`;
/** The region is in the name because access is judged by the name alone (ADR 6). */
export const patientShard = (regionId: string, patientId: string): ShardId => `patient/${regionId}/${patientId}`;

export function parseShard(id: ShardId): Result<ShardRef> {
  const [head, regionId = '', tail = '', ...rest] = id.split('/');
  if (rest.length === 0) {
    if (id === 'org') return ok({ kind: 'org', regionId: null });
    if (head === 'region' && isId(regionId) && (tail === 'roster' || tail === 'patients')) {
      return ok({ kind: tail, regionId });
    }
    if (head === 'schedule' && isId(regionId) && isIsoWeek(tail)) return ok({ kind: 'schedule', regionId, week: tail });
    if (head === 'patient' && isId(regionId) && isId(tail)) return ok({ kind: 'patient', regionId, patientId: tail });
  }
  return fail(problem('invalid', 'not the name of a shard', { rule: 'SHARD-NAME' }));
}
