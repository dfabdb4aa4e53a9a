/** How money, providers and envelopes read on these screens. */
import type { EnvelopeView, PlanLineView, PlanStatus } from '@fieldfare/domain';
import { money } from '../lib/format.ts';
import { carersText } from '../patients/requirements/wording.ts';
import { Tag } from '../shell/tag.tsx';
import classes from './care-plan.module.css';

/** "+$76", "−$171" */
export const moneyChange = (cents: number): string => `${cents < 0 ? '−' : '+'}${money(Math.abs(cents))}`;

export const PROVIDERS = {
  own: 'Own staff',
  partner: 'Partner',
  any: 'Own or partner',
  supplier: 'Supplier',
  none: 'Nobody yet',
} as const;

export const STATUS: Readonly<Record<PlanStatus, { readonly text: string; readonly tone: 'good' | 'info' | 'plain' }>> =
  {
    draft: { text: 'Draft', tone: 'info' },
    upcoming: { text: 'Upcoming', tone: 'info' },
    active: { text: 'In force', tone: 'good' },
    superseded: { text: 'Superseded', tone: 'plain' },
    ended: { text: 'Ended', tone: 'plain' },
  };

const ENVELOPE = {
  within: { text: 'within', tone: 'good' },
  near: { text: 'near the limit', tone: 'warn' },
  over: { text: 'over', tone: 'bad' },
  none: { text: 'no envelope', tone: 'plain' },
} as const;

/** A bar from nothing to the envelope, and what stands beyond it. */
export function Envelope({ envelope, cents }: { readonly envelope: EnvelopeView; readonly cents: number }) {
  const { text, tone } = ENVELOPE[envelope.status];
  return (
    <div className={classes.envelope}>
      {envelope.weeklyCents !== null && (
        <div
          className={classes.envelopeBar}
          role="img"
          aria-label={`${envelope.percent} % of ${money(envelope.weeklyCents)} a week`}
        >
          <span
            className={classes.envelopeFill}
            data-tone={tone}
            style={{ width: `${Math.min(100, (cents / Math.max(1, envelope.weeklyCents)) * 100)}%` }}
          />
        </div>
      )}
      <div className={classes.envelopeText}>
        <Tag tone={tone}>{text}</Tag>
        <span className={classes.dim}>
          {envelope.weeklyCents === null
            ? envelope.name
            : `${envelope.percent} % of ${money(envelope.weeklyCents)}, ${envelope.name}`}
        </span>
      </div>
    </div>
  );
}

type Visits = NonNullable<PlanLineView['visits']>;

/** Beside an amount: "11 × 60 min" for hours, "45 min" for visits that the amount counts already; two carers named. */
export const visitsText = (unit: string, { perWeek, minutes, pairing }: Visits): string =>
  `${unit === 'hour' ? `${perWeek} × ` : ''}${minutes} min${pairing ? `, ${carersText({ pairing })}` : ''}`;

/** 13.0625 → "13.1" */
export const hoursText = (hours: number): string => String(Math.round(hours * 10) / 10);
