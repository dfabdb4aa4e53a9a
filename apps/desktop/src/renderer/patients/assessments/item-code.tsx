/** An item's code, marked where it is not known from a public source. */
import type { Form, FormItem } from '@fieldfare/domain/assessments';
import { plural } from '../../lib/format.ts';
import classes from './item-code.module.css';

const MARK = '°';

export const ItemCode = ({ item }: { readonly item: FormItem }) => (
  <>
    {item.code}
    {item.certainty === 'recalled' && <span className={classes.mark}>{MARK}</span>}
  </>
);

/** What the mark means, and where the other codes come from. */
export function RecalledLegend({ form }: { readonly form: Form }) {
  const recalled = form.items.filter(({ certainty }) => certainty === 'recalled').length;
  const seen = `Codes are from: ${form.source}.`;
  if (recalled === 0) return seen;
  return `${MARK} ${plural(recalled, 'code')} from the literature and memory: check against the licensed form. Other c${seen.slice(1)}`;
}
