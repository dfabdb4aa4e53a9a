/** Unpaid breaks at no fixed time: so many minutes somewhere in a window of the working day. */
import type { StaffFields } from '@fieldfare/domain';
import { Button, NumberInput } from '@mantine/core';
import { IconCoffee, IconX } from '@tabler/icons-react';
import { TimeField } from '../shell/time-field.tsx';
import { WeekdayToggles } from '../shell/weekday-toggles.tsx';
import { RowAction } from './row-action.tsx';
import classes from './staff.module.css';

type Break = NonNullable<StaffFields['breaks']>[number];

const MOST_BREAKS = 7;
const USUAL: Break = { weekdays: [], from: '11:30', to: '13:30', minutes: 30 };

export function BreakEditor(props: {
  readonly breaks: readonly Break[];
  readonly readOnly: boolean;
  /** By position in `breaks`. */
  readonly errors: ReadonlyMap<number, string>;
  readonly onChange: (breaks: Break[]) => void;
}) {
  const { breaks, readOnly, errors, onChange } = props;
  const set = (index: number, change: Partial<Break>): void =>
    onChange(breaks.map((one, at) => (at === index ? { ...one, ...change } : one)));
  return (
    <div className={classes.breaks} data-testid="breaks">
      <span className={classes.label}>Breaks at no fixed time</span>
      {breaks.map(({ weekdays, from, to, minutes }, index) => {
        const label = breaks.length > 1 ? `Break ${index + 1}` : 'Break';
        const wrong = errors.get(index);
        return (
          <div key={index} className={classes.stretch}>
            <NumberInput
              size="xs"
              w={84}
              aria-label={`${label}: minutes`}
              suffix=" min"
              min={5}
              max={180}
              step={15}
              allowDecimal={false}
              readOnly={readOnly}
              value={minutes}
              onChange={(count) => typeof count === 'number' && set(index, { minutes: count })}
            />
            <span className={classes.dim}>between</span>
            <TimeField
              label={`${label}: from`}
              wrong={wrong !== undefined}
              readOnly={readOnly}
              value={from}
              onChange={(time) => set(index, { from: time })}
            />
            <span className={classes.dim}>and</span>
            <TimeField
              label={`${label}: to`}
              wrong={wrong !== undefined}
              readOnly={readOnly}
              value={to}
              onChange={(time) => set(index, { to: time })}
            />
            <WeekdayToggles
              label={`${label}: days`}
              weekdays={weekdays}
              readOnly={readOnly}
              onChange={(days) => set(index, { weekdays: days })}
            />
            {!readOnly && (
              <RowAction
                label={`Remove ${label.toLowerCase()}`}
                icon={IconX}
                onClick={() => onChange(breaks.filter((_, at) => at !== index))}
              />
            )}
            {wrong !== undefined && <span className={classes.wrong}>{wrong}</span>}
          </div>
        );
      })}
      {readOnly && breaks.length === 0 && <span className={classes.dim}>none</span>}
      {!readOnly && (
        <Button
          variant="default"
          size="compact-sm"
          className={classes.addBreak ?? ''}
          leftSection={<IconCoffee size={14} />}
          disabled={breaks.length >= MOST_BREAKS}
          onClick={() => onChange([...breaks, USUAL])}
        >
          Add a break
        </Button>
      )}
      <p className={classes.hint}>
        Unpaid; on the days chosen, or on all. The plan leaves time for it, without visits and driving. A break at a
        fixed time is the time between two stretches above.
      </p>
    </div>
  );
}
