/** Beside the lines: cost against the envelope, what a review found, what could be done, who could deliver. */
import type { DeliveryView, ReviewView } from '@fieldfare/domain';
import { Button } from '@mantine/core';
import { money } from '../lib/format.ts';
import classes from './care-plan.module.css';
import { Envelope, hoursText, moneyChange } from './words.tsx';

export function ReviewSide({
  review,
  onTweak,
}: {
  readonly review: ReviewView;
  readonly onTweak: ((service: string, quantity: number) => void) | null;
}) {
  const { cost, hoursPerWeek, envelope, centsAgainstScenario, tweaks, notes } = review;
  return (
    <>
      <div className={classes.figures}>
        <div>
          <b data-testid="weekly-cost">{money(cost.default)}</b> a week
          <div className={classes.dim}>
            {money(cost.low)} – {money(cost.high)}
          </div>
        </div>
        <div>
          <b>{hoursText(hoursPerWeek)}</b> hours
          <div className={classes.dim}>
            {centsAgainstScenario === 0 ? 'as proposed' : `${moneyChange(centsAgainstScenario)} a week`}
          </div>
        </div>
      </div>
      <Envelope envelope={envelope} cents={cost.default} />
      {tweaks.length > 0 && (
        <section>
          <h4 className={classes.sideTitle}>What could be done</h4>
          <ul className={classes.plainList}>
            {tweaks.map(({ rule, service, quantity, text }) => (
              <li key={`${rule} ${service}`}>
                {text}
                {onTweak && (
                  <Button size="compact-xs" variant="default" onClick={() => onTweak(service, quantity)}>
                    Do it
                  </Button>
                )}
              </li>
            ))}
          </ul>
        </section>
      )}
      <section>
        <h4 className={classes.sideTitle}>What to mind</h4>
        <ul className={classes.plainList}>
          {notes.map(({ rule, text }) => (
            <li key={rule} title={rule}>
              {text}
            </li>
          ))}
        </ul>
      </section>
    </>
  );
}

export function Delivery({ found, weekName }: { readonly found: readonly DeliveryView[]; readonly weekName: string }) {
  return (
    <section data-testid="delivery">
      <h4 className={classes.sideTitle}>Who could deliver it, {weekName}</h4>
      {found.length === 0 && <p className={classes.small}>The week stays as it is: nothing new begins.</p>}
      <ul className={classes.plainList}>
        {found.map(({ requirementId, service, text, visits, placed, carers }) => (
          <li key={requirementId} data-short={placed < visits || undefined}>
            <strong>{service}</strong> {text}: {visits === 0 ? 'not due' : `${placed} of ${visits} placed`}
            {carers.length > 0 && (
              <span className={classes.dim}>
                {' '}
                {carers.map(({ name, visits: count }) => `${name} ${count}`).join(', ')}
              </span>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}
