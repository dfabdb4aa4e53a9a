/** Which care bundles were chosen, by axis and need, and what followed; worked out when somebody asks. */
import { type ChoiceRow, type ChoicesEvent, FOLLOWED_WEEKS } from '@fieldfare/domain';
import type { WorkspaceClient } from '@fieldfare/workspace/client';
import { useCallback } from 'react';
import { plural } from '../lib/format.ts';
import { RecordsRun } from '../shell/records-run.tsx';
import classes from './outcomes.module.css';

const percent = (part: number, of: number): string => (of === 0 ? '–' : `${Math.round((part / of) * 100)} %`);

const signed = (value: number): string => `${value < 0 ? '−' : '+'}${Math.abs(Math.round(value * 10) / 10)}`;

function Row({ row }: { readonly row: ChoiceRow }) {
  const { axisName, level, chosen, asRecommended, overridden, visits, covered, reassessed, needChange } = row;
  const { days, hospitalDays } = row;
  return (
    <tr>
      <th scope="row">
        <span className={classes.label}>{axisName}</span>
        <span className={classes.meaning}>
          {level === null ? 'need for personal support not known' : `need for personal support ${level} of 6`}
        </span>
      </th>
      <td>
        <span className={classes.figure}>{chosen}</span>
      </td>
      <td>
        <span className={classes.figure}>{percent(asRecommended, chosen)}</span>
        <span className={classes.detail}>
          {asRecommended} of {chosen}
        </span>
      </td>
      <td>
        <span className={classes.figure}>{percent(overridden, chosen)}</span>
        <span className={classes.detail}>
          {overridden} of {chosen}
        </span>
      </td>
      <td>
        <span className={classes.figure}>{percent(covered, visits)}</span>
        <span className={classes.detail}>
          {visits === 0 ? 'no visits yet' : `${visits - covered} of ${plural(visits, 'visit')} missed`}
        </span>
      </td>
      <td>
        <span className={classes.figure}>{days === 0 ? '–' : hospitalDays}</span>
        <span className={classes.detail}>{days === 0 ? 'not begun' : `of ${plural(days, 'day')}`}</span>
      </td>
      <td>
        <span className={classes.figure}>{reassessed === 0 ? '–' : signed(needChange / reassessed)}</span>
        <span className={classes.detail}>{reassessed === 0 ? 'not assessed again' : `of ${reassessed} assessed`}</span>
      </td>
    </tr>
  );
}

function Rows({ rows }: { readonly rows: readonly ChoiceRow[] }) {
  if (rows.length === 0) return <p className={classes.meaning}>No care plan was signed in this region yet.</p>;
  return (
    <table className={classes.table} aria-label="Bundles chosen and what followed">
      <thead>
        <tr>
          <th scope="col">Bundle</th>
          <th scope="col">Signed plans</th>
          <th scope="col">As recommended</th>
          <th scope="col">Changed by hand</th>
          <th scope="col">Care delivered since</th>
          <th scope="col">Days in hospital</th>
          <th scope="col">Need since</th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <Row key={`${row.axis} ${row.level}`} row={row} />
        ))}
      </tbody>
    </table>
  );
}

export function BundleChoices({ client, regionId }: { readonly client: WorkspaceClient; readonly regionId: string }) {
  return (
    <section className={classes.section} aria-label="Care bundles">
      <h2>Care bundles: what was chosen, and what followed</h2>
      <p className={classes.meaning}>
        Signed plans by axis and need when they were chosen; care delivered and days in hospital in the {FOLLOWED_WEEKS}{' '}
        weeks past; need for personal support at a later assessment, less is better. Opens every assessed patient’s
        record.
      </p>
      <RecordsRun<Extract<ChoicesEvent, { type: 'choices' }>>
        ask="Work it out"
        subscribe={useCallback(
          (callbacks) => client.insights.bundleChoices.subscribe({ regionId }, callbacks),
          [client, regionId],
        )}
      >
        {({ rows }) => <Rows rows={rows} />}
      </RecordsRun>
    </section>
  );
}
