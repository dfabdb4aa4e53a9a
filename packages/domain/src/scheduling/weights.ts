/**
 * What the engine's components are worth in this organisation. Rows are only added, so two people who apply weights
 * offline leave two; the later holds, the same on every replica.
 */
import { type Components, WEIGHTS, type Weights } from '@fieldfare/engine-scheduling';
import type { z } from 'zod';
import type { Context } from '../procedure.ts';
import { columnsOf } from '../queries.ts';
import { type componentsSchema, type WeightSet, weightSets } from './tables.ts';

type WholeWeightSet = Omit<WeightSet, 'weights'> & { readonly weights: Weights };

/** Latest first. */
export async function weightHistory({ store }: Context): Promise<readonly WholeWeightSet[]> {
  const rows = await store.db
    .selectFrom('weightSets')
    .select(columnsOf(weightSets))
    .where('deletedAt', 'is', null)
    .orderBy('appliedAt', 'desc')
    .orderBy('id', 'desc')
    .execute();
  return rows.map((row) => ({ ...row, weights: wholeWeights(row.weights) }));
}

const wholeWeights = ({ overtime, partnerCost, ...others }: WeightSet['weights']): Weights => ({
  ...others,
  overtime: overtime ?? WEIGHTS.overtime,
  partnerCost: partnerCost ?? WEIGHTS.partnerCost,
});

/** What an older version did not count is nothing. */
export const wholeComponents = ({
  overtime,
  partnerCost,
  ...others
}: z.infer<typeof componentsSchema>): Components => ({
  ...others,
  overtime: overtime ?? 0,
  partnerCost: partnerCost ?? 0,
});

export async function readWeights(ctx: Context): Promise<Weights> {
  const [latest] = await weightHistory(ctx);
  return latest?.weights ?? WEIGHTS;
}
