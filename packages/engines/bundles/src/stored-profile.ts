/** A profile as text, for keeping what a choice was made from, and back again; whoever wrote it, it is checked. */
import { fail, problem, type Result } from '@fieldfare/kernel';
import { z } from 'zod';
import {
  AGE_BANDS,
  CAP_LEVELS,
  type CapId,
  NEEDS,
  type NeedId,
  ORDER_KINDS,
  type PatientNeedsProfile,
  RURALITIES,
  SAFETY_FLAGS,
} from './profile.ts';
import { parseShape } from './shape.ts';

const source = z.strictObject({
  kind: z.enum(['item', 'scale', 'cap', 'order', 'record']),
  code: z.string().max(80),
  value: z.union([z.number(), z.string().max(200), z.boolean(), z.null()]),
  assessmentId: z.string().max(80).optional(),
  pack: z.string().max(80).optional(),
});

const finding = (value: z.ZodType) =>
  z.strictObject({
    value: value.nullable(),
    status: z.enum(['official', 'published', 'provisional', 'recorded']),
    provenance: z.array(source).max(100),
    missing: z.array(z.string().max(80)).max(100),
  });

function needValue(id: NeedId): z.ZodType {
  if (id === 'rurality') return z.enum(RURALITIES);
  if (id === 'ageBand') return z.enum(AGE_BANDS);
  const { range } = NEEDS[id];
  return range ? z.int().min(range[0]).max(range[1]) : z.boolean();
}

const shapeOf = <Id extends string>(ids: readonly Id[], value: (id: Id) => z.ZodType) =>
  z.strictObject(Object.fromEntries(ids.map((id) => [id, finding(value(id))])));

const profileSchema = z.strictObject({
  needs: shapeOf(Object.keys(NEEDS) as NeedId[], needValue),
  caps: shapeOf(Object.keys(CAP_LEVELS) as CapId[], (id) => z.enum(CAP_LEVELS[id])),
  safetyFlags: shapeOf(SAFETY_FLAGS, () => z.int().min(0).max(3)),
  orders: z
    .array(
      z.strictObject({
        kind: z.enum(ORDER_KINDS),
        visitsPerWeek: z.number().min(0).max(168).nullable(),
        provenance: z.array(source).max(100),
      }),
    )
    .max(40),
  assessedOn: z.iso.date().nullable(),
}) as unknown as z.ZodType<PatientNeedsProfile>;

export const profileText = (profile: PatientNeedsProfile): string => JSON.stringify(profile);

/** `PRO-SHAPE` when the text is no profile of this build. */
export function parseProfile(text: string): Result<PatientNeedsProfile> {
  try {
    return parseShape(profileSchema, JSON.parse(text) as unknown, 'PRO-SHAPE');
  } catch {
    return fail(problem('corrupt', 'the stored profile cannot be read', { rule: 'PRO-SHAPE' }));
  }
}
