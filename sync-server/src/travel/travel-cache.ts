/**
 * Answers of the maps service, a sealed file a region: rounded places of patients are in it. Each process keeps its own;
 * whoever loses it pays again and nothing else is lost. Answers go when they are too old. Beside them, in clear, what was
 * spent today on all of them.
 */
import { answerKey, DAY_PARTS, type DayPart, type TravelAnswer } from '@fieldfare/domain';
import type { FileStore, Random } from '@fieldfare/kernel';
import { z } from 'zod';
import { seal, unseal } from '../accounts/seal.ts';
import type { Spent } from './budget.ts';

export interface KeptAnswer extends TravelAnswer {
  /** Epoch milliseconds. */
  readonly at: number;
}

const place = z.object({ lat: z.number(), lng: z.number() });
const keptAnswers = z.array(
  z.object({
    from: place,
    to: place,
    part: z.enum(DAY_PARTS as readonly [DayPart, ...DayPart[]]),
    metres: z.number(),
    seconds: z.number(),
    at: z.number(),
  }),
);
const keptSpent = z.object({ day: z.string(), elements: z.int() });

/** How long an answer counts: what most contracts with maps services allow. */
const KEPT_MS = 30 * 24 * 60 * 60 * 1_000;

const SPENT = 'spent.json';
const bytesOf = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));

function valueIn<T>(schema: z.ZodType<T>, bytes: Uint8Array | null): T | null {
  try {
    return bytes && schema.parse(JSON.parse(new TextDecoder().decode(bytes)));
  } catch {
    return null; // of another build, or damaged: a cache begins anew
  }
}

export interface TravelCache {
  read(regionId: string, now: number): Promise<readonly KeptAnswer[]>;
  /** The later of two answers to one question is kept. */
  write(regionId: string, answers: readonly KeptAnswer[]): Promise<void>;
  readSpent(): Promise<Spent | null>;
  writeSpent(spent: Spent): Promise<void>;
}

export function createTravelCache(files: FileStore, key: Uint8Array, random: Random): TravelCache {
  const nameOf = (regionId: string): string => `answers-${regionId}`;
  return {
    async read(regionId, now) {
      const sealed = await files.readAll(nameOf(regionId));
      const answers = valueIn(keptAnswers, sealed && unseal(key, sealed, nameOf(regionId)));
      return (answers ?? []).filter(({ at }) => at <= now && now - at < KEPT_MS);
    },
    async write(regionId, answers) {
      const latest = [...new Map(answers.map((answer) => [answerKey(answer), answer])).values()];
      await files.replace(nameOf(regionId), seal(key, bytesOf(latest), nameOf(regionId), random));
    },
    readSpent: async () => valueIn(keptSpent, await files.readAll(SPENT)),
    writeSpent: (spent) => files.replace(SPENT, bytesOf(spent)),
  };
}
