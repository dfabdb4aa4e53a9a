/**
 * interRAI Brief Mental Health Screener: a screen for a crisis, not repeated by calendar. Its public manual states no version
 * number: `1` counts our maps of it, and a file that states another one is refused rather than guessed at.
 */
import { defineForm } from './form.ts';

export const BMHS = defineForm(
  {
    instrument: 'interrai-bmhs',
    version: '1',
    name: 'interRAI Brief Mental Health Screener',
    source: 'manual of the Brief Mental Health Screener',
    dueAfterDays: null,
  },
  { recalled: [] },
  [
    [
      'Signs',
      ['B1a', 'bmhs.irritable'],
      ['B1b', 'bmhs.hallucinations'],
      ['B1c', 'bmhs.commands'],
      ['B1d', 'bmhs.delusions'],
      ['B1e', 'bmhs.hyperaroused'],
      ['B1f', 'bmhs.racing'],
      ['B1g', 'bmhs.abnormalThought'],
      ['B1h', 'bmhs.inappropriate'],
      ['B1i', 'bmhs.verbal'],
      ['B1j', 'bmhs.intoxicated'],
      ['B2', 'bmhs.insight'],
      ['B3', 'bmhs.decisions'],
    ],
    [
      'Safety',
      ['C1', 'bmhs.police'],
      ['C2', 'bmhs.weapon'],
      ['C3a', 'bmhs.violentIdeas'],
      ['C3b', 'bmhs.threats'],
      ['C3c', 'bmhs.violence'],
      ['C4a', 'bmhs.attempt'],
      ['C4b', 'bmhs.considered'],
      ['C4c', 'bmhs.plan'],
      ['C4d', 'bmhs.concern'],
      ['C5', 'bmhs.squalid'],
      ['C6', 'bmhs.refusedMedicines'],
    ],
  ],
);
