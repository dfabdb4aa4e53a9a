/** Scenarios side by side: as cards to read, or as a table to compare. Choosing one makes a draft plan. */
import type { ProposalView, StreamView } from '@fieldfare/domain';
import { Button, SegmentedControl, Select } from '@mantine/core';
import { useState } from 'react';
import { plural } from '../lib/format.ts';
import { Tag } from '../shell/tag.tsx';
import classes from './care-plan.module.css';
import { ScenarioCard } from './scenario-card.tsx';
import { ScenarioTable } from './scenario-table.tsx';

export interface ScenariosProps {
  readonly proposal: ProposalView;
  readonly streams: readonly StreamView[];
  readonly onStream: (streamId: string) => void;
  /** Null: this person may only look. */
  readonly onChoose: ((axis: string) => void) | null;
  /** The axis that is being chosen. */
  readonly choosing: string | null;
  readonly onSettings: () => void;
  readonly colourOf: (service: string) => string;
}

const startText = (hours: number | null): string =>
  hours === null
    ? 'Start: not known'
    : `First service within ${hours <= 72 ? `${hours} h` : plural(hours / 24, 'day')}`;

function Notices({ proposal }: { readonly proposal: ProposalView }) {
  const { stops, unknown, recommended, scenarios } = proposal;
  return (
    <>
      {stops.length > 0 && (
        <div className={classes.notice} data-tone="bad" role="note">
          <strong>Nothing is recommended.</strong> {stops.join(' ')}
        </div>
      )}
      {stops.length === 0 && recommended === null && scenarios.length > 0 && (
        <div className={classes.notice} data-tone="warn" role="note">
          <strong>Nothing is recommended.</strong> Every scenario is over its envelope.
        </div>
      )}
      {unknown.length > 0 && (
        <details className={classes.unknown}>
          <summary>{plural(unknown.length, 'need')} not known: quantities do without them</summary>
          {unknown.join(', ')}
        </details>
      )}
    </>
  );
}

export function Scenarios(props: ScenariosProps) {
  const { proposal, streams, onStream, onChoose, choosing, onSettings, colourOf } = props;
  const [shape, setShape] = useState<'cards' | 'table'>('cards');
  const { scenarios, notApplicable, versions, calibration } = proposal;
  const most = Math.max(1, ...scenarios.flatMap(({ lines }) => lines.map(({ visits }) => hoursOf(visits))));
  return (
    <section className={classes.scenarios} aria-label="Scenarios" data-testid="scenarios">
      <div className={classes.bar}>
        <Select
          size="xs"
          aria-label="Funding stream"
          data={streams.map(({ id, name }) => ({ value: id, label: name }))}
          value={proposal.streamId}
          onChange={(value) => value && onStream(value)}
          allowDeselect={false}
          w={210}
        />
        <SegmentedControl
          size="xs"
          aria-label="Show as"
          data={[
            { value: 'cards', label: 'Cards' },
            { value: 'table', label: 'Table' },
          ]}
          value={shape}
          onChange={(value) => setShape(value as typeof shape)}
        />
        <span className={classes.dim}>{startText(proposal.startWithinHours)}</span>
        <span className={classes.grow} />
        {calibration === 'uncalibrated' && <Tag tone="warn">Uncalibrated</Tag>}
        <Button size="compact-xs" variant="subtle" color="gray" onClick={onSettings}>
          Matrix {versions.matrix}, rates {versions.rates}
        </Button>
      </div>
      <Notices proposal={proposal} />
      {shape === 'cards' ? (
        <div className={classes.cards}>
          {scenarios.map((scenario) => (
            <ScenarioCard
              key={scenario.axis}
              scenario={scenario}
              recommended={scenario.axis === proposal.recommended}
              mostHours={most}
              busy={choosing === scenario.axis}
              onChoose={onChoose}
              colourOf={colourOf}
            />
          ))}
        </div>
      ) : (
        <ScenarioTable proposal={proposal} onChoose={onChoose} choosing={choosing} colourOf={colourOf} />
      )}
      {notApplicable.length > 0 && (
        <ul className={classes.notApplicable} aria-label="Axes that do not apply">
          {notApplicable.map(({ axis, name, because }) => (
            <li key={axis}>
              <strong>{name}</strong> does not apply: {because}.
            </li>
          ))}
        </ul>
      )}
      <p className={classes.small}>
        Decision support. A person chooses, may change every line with a reason, and signs.
      </p>
    </section>
  );
}

export const hoursOf = (visits: { readonly perWeek: number; readonly minutes: number } | null): number =>
  visits ? (visits.perWeek * visits.minutes) / 60 : 0;
