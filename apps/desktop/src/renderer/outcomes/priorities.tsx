/** What people's choices among the engine's suggestions say about its priorities, and putting others in force. */
import { PRIORITY_LABELS, type PrioritiesView, type PriorityView } from '@fieldfare/domain';
import type { IsoWeek } from '@fieldfare/kernel';
import type { WorkspaceClient } from '@fieldfare/workspace/client';
import { Button } from '@mantine/core';
import { useCallback, useState } from 'react';
import { dateOfInstant, fullDate, plural } from '../lib/format.ts';
import { attempt, problemsText } from '../lib/problems.ts';
import { useFeed } from '../lib/use-feed.ts';
import { notify } from '../shell/notify.tsx';
import { Tag } from '../shell/tag.tsx';
import classes from './priorities.module.css';

/** Prices read as minutes of driving, which everybody can weigh. */
function driving(price: number, view: PrioritiesView['now']): string {
  const minutes = price / Math.max(1, view.travelMinutes);
  return `${minutes < 10 ? Math.round(minutes * 10) / 10 : Math.round(minutes)} min`;
}

function Evidence({ against, row }: { readonly against: number; readonly row: PriorityView }) {
  if (against === 0) return <span className={classes.dim}>–</span>;
  const share = (count: number): string => `${(100 * count) / against}%`;
  return (
    <span className={classes.evidence}>
      <span className={classes.bars} aria-hidden>
        <span data-side="worse" style={{ width: share(row.worse) }} />
        <span data-side="better" style={{ width: share(row.better) }} />
      </span>
      <span>
        better {row.better}, worse {row.worse}
      </span>
    </span>
  );
}

function summaryOf({ choices, against, needed, proposed }: PrioritiesView): string {
  if (choices === 0) return 'Nobody has chosen between places in these weeks yet.';
  const base = `People chose between places ${plural(choices, 'time')}; ${against === 0 ? 'never' : plural(against, 'time')} against what the priorities prefer.`;
  if (proposed) return `${base} That speaks for the priorities below.`;
  if (choices < needed) return `${base} From ${needed} choices on, other priorities are proposed where they say so.`;
  return `${base} They agree with the priorities in force.`;
}

export function Priorities(props: {
  readonly client: WorkspaceClient;
  readonly regionId: string;
  readonly weeks: readonly IsoWeek[];
}) {
  const { client, regionId, weeks } = props;
  const { value: view } = useFeed<PrioritiesView>(
    useCallback(
      (callbacks) => client.insights.priorityEvents.subscribe({ regionId, weeks: [...weeks] }, callbacks),
      [client, regionId, weeks],
    ),
  );
  const [busy, setBusy] = useState(false);
  if (!view) return null;
  const { now, proposed, usual, against, history, inForce, writable, plans } = view;
  const set = async (weights: PrioritiesView['now'], evidence: boolean): Promise<void> => {
    setBusy(true);
    const drawn = evidence ? { choices: view.choices, against } : { choices: null, against: null };
    const result = await attempt(() => client.insights.applyPriorities.mutate({ inForce, weights, ...drawn }));
    setBusy(false);
    notify(
      result.ok
        ? { tone: 'good', title: 'The priorities are in force', message: 'The next plan and suggestion count by them.' }
        : { tone: 'bad', title: 'The priorities were not changed', message: problemsText(result.problems) },
    );
  };
  const isUsual = view.priorities.every(({ component }) => now[component] === usual[component]);
  return (
    <section className={classes.section} aria-labelledby="priorities" data-testid="priorities">
      <header className={classes.head}>
        <div>
          <h2 id="priorities">Priorities of the plan</h2>
          <p>{summaryOf(view)}</p>
        </div>
        {writable && (
          <div className={classes.buttons}>
            {proposed && (
              <Button loading={busy} onClick={() => void set(proposed, true)}>
                Apply what is proposed
              </Button>
            )}
            {!isUsual && (
              <Button variant="default" loading={busy} onClick={() => void set(usual, false)}>
                Back to the usual
              </Button>
            )}
          </div>
        )}
      </header>
      <table className={classes.table}>
        <thead>
          <tr>
            <th scope="col">What counts</th>
            <th scope="col">In force, as driving</th>
            <th scope="col">{proposed ? 'Proposed' : 'As chosen'}</th>
            <th scope="col">Of {plural(against, 'choice')} against them, the place taken was</th>
          </tr>
        </thead>
        <tbody>
          {view.priorities.map((row) => (
            <tr key={row.component}>
              <th scope="row">
                {PRIORITY_LABELS[row.component].label}
                <span className={classes.dim}>{PRIORITY_LABELS[row.component].unit}</span>
              </th>
              <td>{driving(row.now, now)}</td>
              <td>
                {view.choices === 0 ? (
                  <span className={classes.dim}>–</span>
                ) : (
                  <span className={proposed && row.learned !== row.now ? classes.changed : classes.dim}>
                    {driving(row.learned, now)}
                  </span>
                )}
              </td>
              <td>
                <Evidence against={against} row={row} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <footer className={classes.foot}>
        <span>
          Plans of these weeks: {plans.accepted} accepted, {plans.changed} accepted in part, {plans.rejected} dropped.
        </span>
        {history.map(({ id, by, appliedAt, choices }, index) => (
          <span key={id}>
            {index === 0 && <Tag tone="plain">In force</Tag>} {fullDate(dateOfInstant(appliedAt))}, {by}
            {choices === null ? '' : `, from ${plural(choices, 'choice')}`}
          </span>
        ))}
        {!writable && proposed && <span>An administrator can put the proposed priorities in force.</span>}
      </footer>
    </section>
  );
}
