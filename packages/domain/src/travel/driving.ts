/** How long drives of a region are thought to take, and what that rests on. */
import { fail, orgShard, problem, unwrap } from '@fieldfare/kernel';
import { topicOf } from '@fieldfare/store';
import type { Context } from '../procedure.ts';
import { columnsOf } from '../queries.ts';
import { DAY_PARTS, type DayPart, meanSpeed } from './answers.ts';
import { type TravelCalibration, travelCalibrations } from './tables.ts';

export interface Driving {
  /** Road metres for one in a straight line. */
  readonly roadFactor: number;
  /** Mean km/h by part of the day. */
  readonly speeds: readonly { readonly part: DayPart; readonly kmh: number }[];
  /** What a maps service taught, the latest first; empty: the figures are as they were entered. */
  readonly calibrations: readonly TravelCalibration[];
}

async function driving(ctx: Context, { regionId }: { readonly regionId: string }): Promise<Driving> {
  unwrap(await ctx.ready([orgShard]));
  const { db } = ctx.store;
  const [region, calibrations] = await Promise.all([
    db.selectFrom('regions').select(['roadFactor', 'speedKmhByHour']).where('id', '=', regionId).executeTakeFirst(),
    db
      .selectFrom('travelCalibrations')
      .select(columnsOf(travelCalibrations))
      .where('regionId', '=', regionId)
      .where('deletedAt', 'is', null)
      .orderBy('calibratedAt', 'desc')
      .orderBy('id')
      .execute(),
  ]);
  if (!region) return unwrap(fail(problem('not-found', 'no such region', { rule: 'SCH-REGION' })));
  const { roadFactor, speedKmhByHour } = region;
  return {
    roadFactor,
    speeds: DAY_PARTS.map((part) => ({ part, kmh: meanSpeed(speedKmhByHour, part) })),
    calibrations,
  };
}

/** Now and after every change. */
export async function* drivingEvents(
  ctx: Context,
  input: { readonly regionId: string },
  signal: AbortSignal | undefined,
): AsyncGenerator<Driving, void, void> {
  unwrap(await ctx.ready([orgShard]));
  yield* ctx.store.live(
    ['regions', travelCalibrations.name].map((table) => topicOf(table, orgShard)),
    () => driving(ctx, input),
    signal ?? new AbortController().signal,
  );
}
