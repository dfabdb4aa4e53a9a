/** The forms this build can read. */
import { BMHS } from './bmhs.ts';
import { CA } from './ca.ts';
import type { Form, Instrument } from './form.ts';
import { HC_9 } from './hc-9.ts';
import { HC_10 } from './hc-10.ts';

export const FORMS: readonly Form[] = [HC_9, HC_10, CA, BMHS];

export const formOf = (instrument: Instrument, version: string): Form | null =>
  FORMS.find((form) => form.instrument === instrument && form.version === version) ?? null;
