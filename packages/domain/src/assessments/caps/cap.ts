/** Shared by the protocols: how a trigger is declared, and the signs that several of them ask for. */
import type { CapId, CapLevel } from '@fieldfare/engine-bundles';
import { count, type Items, type Rule } from '../scales/rule.ts';

/** Logic stated by the manual. */
export const cap = <Id extends CapId>(
  id: Id,
  label: string,
  compute: (items: Items) => CapLevel<Id>,
): Rule<CapLevel<Id>> => ({ id: `CAP.${id}`, version: '1', status: 'published', label, compute });

/** The manual's logic is not wholly known, or this form lacks some of its items: ours, under a name of its own. */
export const provisionalCap = <Id extends CapId>(
  id: Id,
  label: string,
  compute: (items: Items) => CapLevel<Id>,
): Rule<CapLevel<Id>> => ({ id: `prov.cap.${id}`, version: '1', status: 'provisional', label, compute });

/** Signs of delirium that are new: four at most. */
export function newDeliriumSigns(items: Items): number {
  const [distracted, disorganised, varies, acute] = items.all(
    'cog.distracted',
    'cog.disorganised',
    'cog.varies',
    'cog.acute',
  );
  return count(distracted === 2, disorganised === 2, varies === 2, acute === 1);
}

/** Present in the last three days. */
export const exhibited = (symptom: number | undefined): boolean => symptom !== undefined && symptom >= 2;

/** A diagnosis that is a reason for care, treated, or watched. */
export const diagnosed = (code: number | undefined): boolean => code !== undefined && code >= 1;

/** Done by others, or not at all. */
export const total = (performance: number | undefined): boolean => performance === 6 || performance === 8;
