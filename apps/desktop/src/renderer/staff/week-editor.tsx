/** Weekly availability: stretches by day, breaks between them. */
import type { AvailabilityInterval } from '@fieldfare/domain';
import { IconCoffee, IconCopy, IconPlus, IconX } from '@tabler/icons-react';
import { duration } from '../lib/format.ts';
import { TimeField } from '../shell/time-field.tsx';
import { RowAction } from './row-action.tsx';
import classes from './staff.module.css';
import { asWorkdays, daysText, minutesOf, WEEKDAYS, withBreak, withStretch } from './working-week.ts';

const MOST_STRETCHES = 28;

export function WeekEditor(props: {
  readonly week: readonly AvailabilityInterval[];
  readonly readOnly: boolean;
  /** By position in `week`. */
  readonly errors: ReadonlyMap<number, string>;
  readonly onChange: (week: AvailabilityInterval[]) => void;
}) {
  const { week, readOnly, errors, onChange } = props;
  const set = (index: number, change: Partial<AvailabilityInterval>): void =>
    onChange(week.map((one, at) => (at === index ? { ...one, ...change } : one)));
  return (
    <div data-testid="working-week">
      <ul className={classes.week}>
        {WEEKDAYS.map((name, day) => {
          const weekday = day + 1;
          const own = week.flatMap((one, index) => (one.weekday === weekday ? { ...one, index } : []));
          const broken = withBreak(week, weekday);
          return (
            <li key={name} className={classes.day}>
              <span className={classes.dayName}>{name}</span>
              <span className={classes.stretches}>
                {own.length === 0 && <span className={classes.dim}>not available</span>}
                {own.map(({ index, from, to }, nth) => {
                  const label = own.length > 1 ? `${name}, stretch ${nth + 1}` : name;
                  const wrong = errors.get(index);
                  return (
                    <span key={index} className={classes.stretch}>
                      <TimeField
                        label={`${label}: from`}
                        wrong={wrong !== undefined}
                        readOnly={readOnly}
                        value={from}
                        onChange={(time) => set(index, { from: time })}
                      />
                      <span className={classes.dim}>to</span>
                      <TimeField
                        endsDay
                        label={`${label}: to`}
                        wrong={wrong !== undefined}
                        readOnly={readOnly}
                        value={to}
                        onChange={(time) => set(index, { to: time })}
                      />
                      {!readOnly && (
                        <RowAction
                          label={`Remove ${label} ${from}–${to}`}
                          icon={IconX}
                          onClick={() => onChange(week.filter((_, at) => at !== index))}
                        />
                      )}
                      {wrong !== undefined && <span className={classes.wrong}>{wrong}</span>}
                    </span>
                  );
                })}
              </span>
              {!readOnly && (
                <span className={classes.dayActions}>
                  <RowAction
                    label={`Add a stretch on ${name}`}
                    icon={IconPlus}
                    disabled={week.length >= MOST_STRETCHES}
                    onClick={() => onChange(withStretch(week, weekday))}
                  />
                  <RowAction
                    label={`Add a break on ${name}`}
                    icon={IconCoffee}
                    disabled={broken === null || week.length >= MOST_STRETCHES}
                    onClick={() => broken && onChange(broken)}
                  />
                  <RowAction
                    label={`Monday to Friday as ${name}`}
                    icon={IconCopy}
                    disabled={own.length === 0}
                    onClick={() => onChange(asWorkdays(week, weekday))}
                  />
                </span>
              )}
            </li>
          );
        })}
      </ul>
      <p className={classes.hint}>
        {duration(minutesOf(week))} a week, {daysText(week.map(({ weekday }) => weekday))}. Visits lie inside one
        stretch; the time between two is a break. A night is two stretches that meet at midnight, 24:00 and 00:00.
      </p>
    </div>
  );
}
