import {
  addWeeks,
  type IsoWeek,
  orgShard,
  patientsShard,
  type Result,
  rosterShard,
  type ShardId,
  scheduleShard,
} from '@fieldfare/kernel';
import type { Context } from '../procedure.ts';

/** What a week's board is made of. The weeks beside it matter to visits around midnight on Sunday. */
export const shardsOfWeek = (regionId: string, week: IsoWeek): readonly ShardId[] => [
  orgShard,
  rosterShard(regionId),
  patientsShard(regionId),
  ...[-1, 0, 1].map((step) => scheduleShard(regionId, addWeeks(week, step))),
];

export const readyForWeek = (
  ctx: Context,
  { regionId, week }: { readonly regionId: string; readonly week: IsoWeek },
): Promise<Result<void>> => ctx.ready(shardsOfWeek(regionId, week));
