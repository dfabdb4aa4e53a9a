/** Which of a region's results would differ with a pack in force, or without one. */
import type { PackChange, PackEffect, PackEffectEvent } from '@fieldfare/domain';
import type { WorkspaceClient } from '@fieldfare/workspace/client';
import { useCallback } from 'react';
import { plural } from '../../lib/format.ts';
import { RecordsRun } from '../../shell/records-run.tsx';
import classes from './rules.module.css';

const MOST_ROWS = 40;

const words = (value: number | string | null): string => (value === null ? 'not known' : String(value));

function Effect({ effect: { assessed, rules, shifts } }: { readonly effect: PackEffect }) {
  const patients = new Set(shifts.map(({ patientId }) => patientId)).size;
  return (
    <>
      <ul className={classes.effects} aria-label="Rules that would speak">
        {rules.map(({ slot, label, before, after, results, changed }) => (
          <li key={slot}>
            {label}: <code>{before}</code> → <code>{after}</code>, {changed} of {plural(results, 'result')} differ
          </li>
        ))}
      </ul>
      <p className={classes.lead}>
        {shifts.length === 0
          ? `For none of ${plural(assessed, 'assessed patient')} would a value be another.`
          : `For ${patients} of ${plural(assessed, 'assessed patient')} a value would differ. Signed plans stay as they are.`}
      </p>
      {shifts.length > 0 && (
        <div className={classes.box}>
          <table className={classes.table} aria-label="Results that would change">
            <thead>
              <tr>
                <th scope="col">Patient</th>
                <th scope="col">Algorithm</th>
                <th scope="col">Now</th>
                <th scope="col">Then</th>
              </tr>
            </thead>
            <tbody>
              {shifts.slice(0, MOST_ROWS).map(({ patientId, slot, name, label, before, after }) => (
                <tr key={`${patientId} ${slot}`}>
                  <th scope="row">{name}</th>
                  <td>{label}</td>
                  <td>{words(before)}</td>
                  <td>
                    <strong>{words(after)}</strong>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {shifts.length > MOST_ROWS && <p className={classes.lead}>and {shifts.length - MOST_ROWS} more</p>}
    </>
  );
}

export function PackEffectOf(props: {
  readonly client: WorkspaceClient;
  readonly regionId: string;
  /** Must be stable: another one starts over. */
  readonly change: PackChange;
}) {
  const { client, regionId, change } = props;
  return (
    <RecordsRun<Extract<PackEffectEvent, { type: 'effect' }>>
      ask="Show what would change"
      subscribe={useCallback(
        (callbacks) => client.assessments.packs.effect.subscribe({ regionId, change }, callbacks),
        [client, regionId, change],
      )}
    >
      {({ effect }) => <Effect effect={effect} />}
    </RecordsRun>
  );
}
