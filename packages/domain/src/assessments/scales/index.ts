/** Every scale by instrument, in the order in which people read them. */
import type { Instrument } from '../items/form.ts';
import { adlHierarchy, adlLong, adlShort, iadlCapacity, iadlCapSum, iadlPerformance } from './daily-life.ts';
import { chess, chessCa, pain, purs } from './health.ts';
import { abs, communication, cps, dms, drs, sri } from './mind.ts';
import { provAua, provPriority, provPsa, provPsaHc, provRehab, provRehabHc, provSua } from './provisional.ts';
import type { Rule } from './rule.ts';

export const SCALES: Readonly<Record<Instrument, readonly Rule[]>> = {
  'interrai-hc': [
    adlHierarchy,
    adlShort,
    adlLong,
    iadlPerformance,
    iadlCapacity,
    iadlCapSum,
    cps,
    communication,
    drs,
    dms,
    abs,
    pain,
    chess,
    purs,
    provPsaHc,
    provRehabHc,
    provPriority,
  ],
  'interrai-ca': [sri, dms, chessCa, provPsa, provRehab, provSua, provAua],
  'interrai-bmhs': [],
};
