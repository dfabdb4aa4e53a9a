/** Weekly hours by service as bars on one scale; the tick is the floor. What nobody visits for has no bar. */
import type { LineView } from '@fieldfare/domain';
import { Tooltip } from '@mantine/core';
import classes from './care-plan.module.css';
import { visitsText } from './words.tsx';

type BarLine = Pick<
  LineView,
  'service' | 'label' | 'amount' | 'unit' | 'visits' | 'quantity' | 'range' | 'ordered' | 'reasons'
>;

export function LineBars(props: {
  readonly lines: readonly BarLine[];
  /** Hours that fill the whole width. */
  readonly mostHours: number;
  readonly colourOf: (service: string) => string;
}) {
  const { lines, mostHours, colourOf } = props;
  return (
    <ul className={classes.bars} aria-label="Weekly hours by service">
      {lines.map(({ service, label, amount, unit, visits, quantity, range, ordered, reasons }) => {
        const hours = visits ? (visits.perWeek * visits.minutes) / 60 : 0;
        const floor = quantity > 0 ? (hours * range.low) / quantity : 0;
        return (
          <Tooltip
            key={service}
            label={reasons.map((reason) => <div key={reason}>{reason}</div>)}
            position="bottom-start"
          >
            <li className={classes.barRow} data-colour={colourOf(service)}>
              <span className={classes.barLabel}>
                <span className={classes.swatch} />
                {label}
                {ordered && <span className={classes.ordered}>ordered</span>}
              </span>
              <span className={classes.barAmount}>
                {amount}
                {visits && <span className={classes.dim}> {visitsText(unit, visits)}</span>}
              </span>
              {visits && (
                <span
                  className={classes.barTrack}
                  role="img"
                  aria-label={`${Math.round(hours * 10) / 10} hours a week`}
                >
                  <span className={classes.barFill} style={{ width: `${Math.min(100, (hours / mostHours) * 100)}%` }} />
                  {range.low > 0 && (
                    <span
                      className={classes.barFloor}
                      style={{ left: `${Math.min(100, (floor / mostHours) * 100)}%` }}
                    />
                  )}
                </span>
              )}
            </li>
          </Tooltip>
        );
      })}
    </ul>
  );
}
