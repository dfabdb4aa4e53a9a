/**
 * What the engine's components are worth in this organisation. Rows are only added, so two people who apply weights
 * offline leave two; the later holds, the same on every replica.
 */
import { WEIGHTS, type Weights } from '@fieldfare/engine-scheduling';
import type { Context } from '../procedure.ts';
import { columnsOf } from '../queries.ts';
import { type WeightSet, weightSets } from './tables.ts';

/** Latest first. */
export const weightHistory = ({ store }: Context): Promise<readonly WeightSet[]> =>
  store.db
    .selectFrom('weightSets')
    .select(columnsOf(weightSets))
    .where('deletedAt', 'is', null)
    .orderBy('appliedAt', 'desc')
    .orderBy('id', 'desc')
    .execute();

export async function readWeights(ctx: Context): Promise<Weights> {
  const [latest] = await weightHistory(ctx);
  return latest?.weights ?? WEIGHTS;
}
