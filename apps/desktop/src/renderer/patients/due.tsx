/** When somebody is due to be assessed again, with a tone only when it is near or past. */
import { addDays, type LocalDate } from '@fieldfare/kernel';
import { dayMonth } from '../lib/format.ts';
import { Tag } from '../shell/tag.tsx';

const SOON_DAYS = 14;

export type DueState = 'none' | 'overdue' | 'soon' | 'later';

export function dueState(dueOn: LocalDate | null, today: LocalDate): DueState {
  if (dueOn === null) return 'none';
  if (dueOn < today) return 'overdue';
  return dueOn <= addDays(today, SOON_DAYS) ? 'soon' : 'later';
}

export function Due(props: {
  readonly dueOn: LocalDate | null;
  readonly today: LocalDate;
  readonly verbose?: boolean;
}) {
  const { dueOn, today, verbose = false } = props;
  const state = dueState(dueOn, today);
  if (dueOn === null) return verbose ? <Tag tone="plain">No reassessment due</Tag> : null;
  const date = `${dayMonth(dueOn)}${dueOn.slice(0, 4) === today.slice(0, 4) ? '' : ` ${dueOn.slice(0, 4)}`}`;
  const word = verbose ? 'Reassessment ' : '';
  if (state === 'overdue') return <Tag tone="bad">{`${word}${verbose ? 'overdue since' : 'Overdue,'} ${date}`}</Tag>;
  if (state === 'soon') return <Tag tone="warn">{`${word}${verbose ? 'due' : 'Due'} ${date}`}</Tag>;
  return verbose ? <Tag tone="plain">{`${word}due ${date}`}</Tag> : <span className="ff-num">{date}</span>;
}
