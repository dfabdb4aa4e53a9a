/** Days of the week to switch on and off; none and all of them both mean any, kept as none. */
import { WEEKDAYS } from '../staff/working-week.ts';
import classes from './weekday-toggles.module.css';

export function WeekdayToggles(props: {
  readonly label: string;
  readonly weekdays: readonly number[];
  readonly readOnly?: boolean;
  readonly onChange: (weekdays: number[]) => void;
}) {
  const { label, weekdays, readOnly = false, onChange } = props;
  return (
    <fieldset className={classes.days} aria-label={label}>
      {WEEKDAYS.map((name, day) => {
        const chosen = weekdays.includes(day + 1);
        const next = chosen ? weekdays.filter((one) => one !== day + 1) : [...weekdays, day + 1];
        return (
          <button
            key={name}
            type="button"
            className={classes.weekday}
            aria-pressed={chosen}
            disabled={readOnly}
            title={name}
            onClick={() => onChange(next.length === WEEKDAYS.length ? [] : next.sort((a, b) => a - b))}
          >
            {name.slice(0, 2)}
          </button>
        );
      })}
    </fieldset>
  );
}
