/** Rules for what a profile takes straight from items, and how results become findings. */
import type { Finding, FindingStatus, Source } from '@fieldfare/engine-bundles';
import { fallsIn90Of } from '../scales/health.ts';
import type { Items, Rule, RuleResult } from '../scales/rule.ts';

/** A fact stated by items, 0 or 1 for yes or no. */
const stated = (id: string, label: string, compute: (items: Items) => number): Rule => ({
  id,
  version: '1',
  status: 'published',
  label,
  compute,
});

const flag = (holds: boolean): number => (holds ? 1 : 0);

export const STATED = {
  falls: stated('item.falls', 'Falls in 90 days', fallsIn90Of),
  wandering: stated('item.wandering', 'Wandering', (items) => items.get('beh.wandering')),
  behaviourDaily: stated('item.behaviourDaily', 'Behaviour every day', (items) =>
    flag(
      items
        .all('beh.wandering', 'beh.verbal', 'beh.physical', 'beh.inappropriate', 'beh.sexual', 'beh.resists')
        .includes(3),
    ),
  ),
  bladder: stated('item.bladder', 'Bladder', (items) => items.get('cont.bladder', 8)),
  bowel: stated('item.bowel', 'Bowel', (items) => items.get('cont.bowel', 8)),
  livesAlone: stated('item.livesAlone', 'Lives alone', (items) => flag(items.get('home.living') === 1)),
  primaryHelper: stated('item.primaryHelper', 'Has a helper', (items) => flag(items.get('helper.main') !== 9)),
  helperUnable: stated('item.helperUnable', 'Helper cannot go on', (items) => items.get('helper.unable')),
  helperDistressed: stated('item.helperDistressed', 'Helper in distress', (items) => items.get('helper.distress')),
  helperOverwhelmed: stated('item.helperOverwhelmed', 'Helper overwhelmed', (items) => items.get('helper.overwhelmed')),
  wound: stated('item.wound', 'Wound care', (items) => flag(items.get('tx.wound') >= 1)),
  iv: stated('item.iv', 'Medicine by vein', (items) => flag(items.get('tx.ivMedication') >= 1)),
} as const satisfies Readonly<Record<string, Rule>>;

const isStated = (id: string): boolean => id.startsWith('item.');

function sourcesOf(result: RuleResult<number | string>, kind: 'scale' | 'cap', assessmentId: string): Source[] {
  const items = result.inputs.map(({ code, value }): Source => ({ kind: 'item', code, value, assessmentId }));
  if (isStated(result.id)) return items;
  const { id: code, value, pack } = result;
  return [{ kind, code, value, assessmentId, ...(pack ? { pack: `${pack.id} ${pack.version}` } : {}) }, ...items];
}

/** `read` turns the rule's value into the need's. */
export function findingOf<Value extends number | string, T>(
  result: RuleResult<Value>,
  assessmentId: string,
  read: (value: Value) => T,
  kind: 'scale' | 'cap' = 'scale',
): Finding<T> {
  const status: FindingStatus = isStated(result.id) ? 'recorded' : result.status;
  return {
    value: result.value === null ? null : read(result.value),
    status,
    provenance: sourcesOf(result, kind, assessmentId),
    missing: result.missing,
  };
}
