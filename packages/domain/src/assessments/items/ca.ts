/**
 * interRAI Contact Assessment 10.0.1. The items of its published algorithms; self-reliance items are coded 0–2 here, not
 * 0–6 as in Home Care. The manual names D2 among the inputs and D8a as pain; what D2 asks and D8a's answers are from memory.
 * D2 enters no rule of ours.
 */
import { defineForm } from './form.ts';

export const CA = defineForm(
  {
    instrument: 'interrai-ca',
    version: '10.0.1',
    name: 'interRAI Contact Assessment 10.0.1',
    source: 'Contact Assessment manual, table 1; Ontario IAR guide 1.0.0-ballot1',
    dueAfterDays: 90,
  },
  { recalled: ['D2', 'D8a'] },
  [
    ['Intake', ['B2c', 'ca.palliative']],
    [
      'First look',
      ['C1', 'ca.decision'],
      ['C2a', 'ca.bathing'],
      ['C2b', 'ca.bathTransfer'],
      ['C2c', 'ca.hygiene'],
      ['C2d', 'ca.dressLower'],
      ['C2e', 'ca.locomotion'],
      ['C3', 'sym.dyspnoea'],
      ['C4', 'health.selfRated'],
      ['C5a', 'mood.selfInterest'],
      ['C5b', 'mood.selfAnxious'],
      ['C5c', 'mood.selfSad'],
      ['C6a', 'health.unstable'],
      ['C6b', 'health.flare'],
    ],
    [
      'Clinical',
      ['D1', 'cog.change'],
      ['D2', 'comm.comprehension'],
      ['D3a', 'ca.meals'],
      ['D3b', 'ca.housework'],
      ['D3c', 'ca.medicines'],
      ['D3d', 'ca.stairs'],
      ['D4', 'adl.change'],
      ['D7c', 'sym.oedema'],
      ['D7d', 'sym.vomiting'],
      ['D8a', 'pain.frequency'],
      ['D10a', 'nut.lessIntake'],
      ['D10b', 'nut.weightLoss'],
      ['D14b', 'tx.ivMedication'],
      ['D14e', 'tx.wound'],
      ['D15', 'use.lastHospital'],
      ['D16', 'use.emergency'],
      ['D19a', 'helper.unable'],
      ['D19b', 'helper.overwhelmed'],
    ],
  ],
);
