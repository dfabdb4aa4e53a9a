import type { ScenarioView } from '@fieldfare/domain';
import { Button } from '@mantine/core';
import { money } from '../lib/format.ts';
import { Tag } from '../shell/tag.tsx';
import classes from './care-plan.module.css';
import { LineBars } from './line-bars.tsx';
import { Envelope, hoursText } from './words.tsx';

export function ScenarioCard(props: {
  readonly scenario: ScenarioView;
  readonly recommended: boolean;
  readonly mostHours: number;
  readonly busy: boolean;
  readonly onChoose: ((axis: string) => void) | null;
  readonly colourOf: (service: string) => string;
}) {
  const { scenario, recommended, mostHours, busy, onChoose, colourOf } = props;
  const { axis, name, about, lines, cost, hoursPerWeek, envelope, notes } = scenario;
  return (
    <article className={classes.card} data-recommended={recommended || undefined} aria-label={name}>
      <header>
        <h3 className={classes.cardTitle}>
          {name}
          {recommended && <Tag tone="good">Recommended</Tag>}
        </h3>
        <p className={classes.small}>{about}</p>
      </header>
      <div className={classes.figures}>
        <div>
          <b>{money(cost.default)}</b> a week
          <div className={classes.dim}>
            {money(cost.low)} – {money(cost.high)}
          </div>
        </div>
        <div>
          <b>{hoursText(hoursPerWeek)}</b> hours
          <div className={classes.dim}>of visits a week</div>
        </div>
      </div>
      <Envelope envelope={envelope} cents={cost.default} />
      {lines.length > 0 ? (
        <LineBars lines={lines} mostHours={mostHours} colourOf={colourOf} />
      ) : (
        <p className={classes.small}>Nothing that is known asks for a service.</p>
      )}
      <details className={classes.notes}>
        <summary>What to mind ({notes.length})</summary>
        <ul>
          {notes.map(({ rule, text }) => (
            <li key={rule} title={rule}>
              {text}
            </li>
          ))}
        </ul>
      </details>
      {onChoose && (
        <Button
          className={classes.choose}
          variant={recommended ? 'filled' : 'default'}
          loading={busy}
          disabled={lines.length === 0}
          onClick={() => onChoose(axis)}
          aria-label={`Choose ${name}`}
        >
          Choose
        </Button>
      )}
    </article>
  );
}
