/** The forms this build can read. */
import { BMHS } from './bmhs.ts';
import { CA } from './ca.ts';
import type { Form, Instrument } from './form.ts';
import { HC_9 } from './hc-9.ts';
import { HC_10 } from './hc-10.ts';

export const FORMS: readonly Form[] = [HC_9, HC_10, CA, BMHS];

export const formOf = (instrument: Instrument, version: string): Form | null =>
  FORMS.find((form) => form.instrument === instrument && form.version === version) ?? null;

/**
 * The form that an exchange partner names: `9.1.4` is read with the map of 9.1, `10.0.1_OH` with that of 10.0.1, `10` of
 * an instrument whose map is 10.0.1 with that one.
 */
export function formNamed(instrument: Instrument, stated: string): Form | null {
  const version = stated.trim().replace(/^v/i, '').split('_')[0] ?? '';
  const within = (whole: string, part: string): boolean => whole === part || whole.startsWith(`${part}.`);
  if (version === '') return null;
  return (
    FORMS.find(
      (form) => form.instrument === instrument && (within(version, form.version) || within(form.version, version)),
    ) ?? null
  );
}
