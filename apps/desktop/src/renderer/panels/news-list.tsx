/** What changes for which carer, against what they were told or how the board stands. */
import type { RoundChange, RoundNews } from '@fieldfare/domain';
import { IconArrowRight } from '@tabler/icons-react';
import { endTime, plural, shortDate } from '../lib/format.ts';
import { Tag } from '../shell/tag.tsx';
import classes from './news-list.module.css';

const KINDS = {
  new: { label: 'New', tone: 'good' },
  changed: { label: 'Changed', tone: 'warn' },
  gone: { label: 'Taken off', tone: 'bad' },
} as const;

const placeText = (place: NonNullable<RoundChange['now']>): string =>
  `${shortDate(place.date)}, ${place.start}–${endTime(place.start, place.minutes)}`;

function Change({ change }: { readonly change: RoundChange }) {
  const { before, now } = change;
  return (
    <li className={classes.change}>
      <Tag tone={KINDS[change.kind].tone}>{KINDS[change.kind].label}</Tag>
      <span className={classes.when}>
        {change.kind === 'changed' && before && (
          <>
            <s>{placeText(before)}</s> <IconArrowRight size={13} aria-label="now" />{' '}
          </>
        )}
        {placeText((now ?? before) as NonNullable<RoundChange['now']>)}
      </span>
      <span className={classes.what}>
        {change.patientName}, {change.serviceName}
      </span>
    </li>
  );
}

export function NewsList({ news, label }: { readonly news: readonly RoundNews[]; readonly label: string }) {
  return (
    <ul className={classes.rounds} aria-label={label}>
      {news.map(({ staffId, staffName, changes }) => (
        <li key={staffId}>
          <h3 className={classes.carer}>
            {staffName} <span className={classes.count}>{plural(changes.length, 'change')}</span>
          </h3>
          <ul className={classes.changes}>
            {changes.map((change) => (
              <Change key={change.visitId} change={change} />
            ))}
          </ul>
        </li>
      ))}
    </ul>
  );
}
