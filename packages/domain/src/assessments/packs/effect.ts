/**
 * What another pack, or one less, would mean for a region: every assessed patient's results by the rules in force and by the
 * others. Changes nothing.
 *
 *  PCK-EFFECT  the assessments compared are those that speak in the needs profile: the most recent of each instrument
 */
import { unwrap } from '@fieldfare/kernel';
import type { Context } from '../../procedure.ts';
import type { AssessmentResults } from '../assess.ts';
import { type AssessedPatient, assessedPatients, type RecordsProgress, readEach } from '../assessed-patients.ts';
import { type Reading, readingsOf } from '../profile/profile.ts';
import { standingAssessments } from '../record.ts';
import type { RuleResult } from '../scales/rule.ts';
import { tryPack } from './commands.ts';
import { type PacksInForce, packsInForce, packsThatSpeak } from './in-force.ts';
import { type RuleBook, ruleBookOf } from './pack.ts';
import { SLOTS, slotOf } from './slots.ts';

/** One value of one patient that would be another one, or be told by a rule of another name. */
export interface ResultShift {
  readonly patientId: string;
  readonly name: string;
  readonly slot: string;
  readonly label: string;
  readonly before: number | string | null;
  readonly after: number | string | null;
}

export interface RuleShift {
  readonly slot: string;
  readonly label: string;
  /** Rule ids. */
  readonly before: string;
  readonly after: string;
  readonly results: number;
  /** Results whose value would be another one. */
  readonly changed: number;
}

export interface PackEffect {
  readonly assessed: number;
  /** Stand-ins that another rule would speak for. */
  readonly rules: readonly RuleShift[];
  readonly shifts: readonly ResultShift[];
}

export type PackEffectEvent = RecordsProgress | { readonly type: 'effect'; readonly effect: PackEffect };

/** The pack that would be put in force, or the row that would be withdrawn. */
export type PackChange = { readonly content: string } | { readonly withdraw: string };

/** The packs that would be in force. */
export async function rulesAfter(inForce: PacksInForce, change: PackChange): Promise<RuleBook> {
  if ('withdraw' in change) {
    return ruleBookOf(packsThatSpeak(inForce.judged.filter(({ row }) => row.id !== change.withdraw)));
  }
  const { content, inForce: pack } = unwrap(await tryPack(inForce, change.content));
  return ruleBookOf([pack, ...inForce.packs.filter(({ id }) => id !== content.id)]);
}

const resultIn = (results: AssessmentResults, slot: string): RuleResult<number | string> | undefined =>
  [...results.scales, ...Object.values(results.caps), ...(results.rug ? [results.rug] : [])].find(
    (result) => result.slot === slot,
  );

interface Compared {
  readonly patient: AssessedPatient;
  readonly slot: string;
  readonly before: number | string | null;
  readonly after: number | string | null;
}

/** Progress over all patients, then the effect. Ending the signal ends it without one. */
export async function* packEffect(
  ctx: Context,
  input: { readonly regionId: string; readonly change: PackChange },
  signal: AbortSignal | undefined,
): AsyncGenerator<PackEffectEvent, void, void> {
  const { regionId, change } = input;
  const inForce = await packsInForce(ctx);
  const [was, next] = [inForce.book, await rulesAfter(inForce, change)];
  const moved = SLOTS.filter(({ id }) => {
    const [before, after] = [was.get(id), next.get(id)];
    return before?.id !== after?.id || before?.pack?.hash !== after?.pack?.hash;
  });
  const read = async (patient: AssessedPatient): Promise<readonly Compared[]> => {
    const standing = await standingAssessments(ctx, { regionId, patientId: patient.id });
    const after = new Map(readingsOf(standing, next).map((reading) => [reading.id, reading]));
    return readingsOf(standing, was).flatMap((reading) => compared(patient, reading, after.get(reading.id)));
  };
  const compared = (patient: AssessedPatient, before: Reading, after: Reading | undefined): Compared[] =>
    moved.flatMap(({ id }): Compared[] => {
      const now = resultIn(before.results, id);
      const then = after && resultIn(after.results, id);
      return now && then ? [{ patient, slot: id, before: now.value, after: then.value }] : [];
    });
  const each = yield* readEach(await assessedPatients(ctx, regionId), read, signal);
  if (each === null) return;
  const results = each.flat();
  const changed = results.filter(({ before, after }) => before !== after);
  yield {
    type: 'effect',
    effect: {
      assessed: each.length,
      rules: moved.map(({ id, label }) => ({
        slot: id,
        label,
        before: was.get(id)?.id ?? id,
        after: next.get(id)?.id ?? id,
        results: results.filter(({ slot }) => slot === id).length,
        changed: changed.filter(({ slot }) => slot === id).length,
      })),
      shifts: changed.map(({ patient: { id: patientId, name }, slot, before, after }) => ({
        patientId,
        name,
        slot,
        label: slotOf(slot)?.label ?? slot,
        before,
        after,
      })),
    },
  };
}
