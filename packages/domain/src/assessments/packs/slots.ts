/** The stand-ins that a pack may replace, and what may come out in their place: needs and matrix levels rest on it. */
import { CAP_LEVELS, type CapId } from '@fieldfare/engine-bundles';
import { CAPS } from '../caps/index.ts';
import type { Instrument } from '../items/form.ts';
import { rugRule } from '../rug/grouper.ts';
import { provAua, provPriority, provPsa, provPsaHc, provRehab, provRehabHc, provSua } from '../scales/provisional.ts';
import type { Rule } from '../scales/rule.ts';

export interface Slot {
  readonly id: string;
  readonly label: string;
  readonly instrument: Instrument;
  readonly kind: 'formula' | 'rug';
  readonly range: readonly [number, number];
  /** What a number stands for, the least need first; null: itself. */
  readonly levels: readonly string[] | null;
}

const scale = (rule: Rule, instrument: Instrument, range: Slot['range']): Slot => ({
  id: rule.id,
  label: rule.label,
  instrument,
  kind: 'formula',
  range,
  levels: null,
});

const caps = (Object.keys(CAPS) as CapId[])
  .filter((id) => CAPS[id].status === 'provisional')
  .map((id): Slot => {
    const levels = CAP_LEVELS[id];
    const { id: rule, label } = CAPS[id];
    return { id: rule, label, instrument: 'interrai-hc', kind: 'formula', range: [0, levels.length - 1], levels };
  });

const grouper = rugRule();

export const SLOTS: readonly Slot[] = [
  scale(provPsa, 'interrai-ca', [1, 6]),
  scale(provRehab, 'interrai-ca', [1, 5]),
  scale(provSua, 'interrai-ca', [1, 4]),
  scale(provAua, 'interrai-ca', [1, 6]),
  scale(provPsaHc, 'interrai-hc', [1, 6]),
  scale(provRehabHc, 'interrai-hc', [1, 5]),
  scale(provPriority, 'interrai-hc', [1, 5]),
  { id: grouper.id, label: grouper.label, instrument: 'interrai-hc', kind: 'rug', range: [0, 0], levels: null },
  ...caps,
];

export const slotOf = (id: string): Slot | undefined => SLOTS.find((slot) => slot.id === id);
