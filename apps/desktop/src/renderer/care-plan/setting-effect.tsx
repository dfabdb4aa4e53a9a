/** What a version of the settings would mean for the region's assessed patients, worked out when somebody asks. */
import type { AxisWeek, PatientShift, SettingEffect, SettingEffectEvent } from '@fieldfare/domain';
import { useCallback } from 'react';
import { money, plural } from '../lib/format.ts';
import { RecordsRun } from '../shell/records-run.tsx';
import { ScrollBox } from '../shell/scroll-box.tsx';
import { Tag } from '../shell/tag.tsx';
import classes from './care-plan.module.css';
import type { CareSource, SettingKind } from './care-source.ts';
import { moneyChange } from './words.tsx';

/** Those for whom most changes; the sums above speak of all. */
const MOST_ROWS = 40;

const hoursOf = (week: AxisWeek | null): number => week?.hoursPerWeek ?? 0;
const centsOf = (week: AxisWeek | null): number => week?.weeklyCents ?? 0;
const rounded = (hours: number): string => String(Math.round(Math.abs(hours) * 10) / 10);
const hoursChange = (hours: number): string => `${hours < 0 ? '−' : '+'}${rounded(hours)} h`;

const sumOf = (shifts: readonly PatientShift[], of: (week: AxisWeek | null) => number): number =>
  shifts.reduce((sum, { before, after }) => sum + of(after) - of(before), 0);

function Change(props: { readonly before: string | null; readonly after: string | null }) {
  const { before, after } = props;
  if (before === after) return <>{before ?? 'none'}</>;
  return (
    <>
      {before ?? 'none'} → <strong>{after ?? 'none'}</strong>
    </>
  );
}

function Row({ shift, axisNames }: { readonly shift: PatientShift; readonly axisNames: SettingEffect['axisNames'] }) {
  const { name, axis, planned, before, after, recommended, stopped } = shift;
  const nameOf = (id: string | null): string | null => (id === null ? null : (axisNames[id] ?? id));
  const recommendation = (at: 0 | 1): string =>
    stopped[at] ? 'a person decides' : (nameOf(recommended[at]) ?? 'none');
  return (
    <tr>
      <th scope="row">{name}</th>
      <td>
        {nameOf(axis)} {planned && <Tag tone="info">planned</Tag>}
      </td>
      <td className={classes.num}>
        <Change before={before && rounded(before.hoursPerWeek)} after={after && rounded(after.hoursPerWeek)} />
      </td>
      <td className={classes.num}>
        <Change before={before && money(before.weeklyCents)} after={after && money(after.weeklyCents)} />
      </td>
      <td>
        <Change before={recommendation(0)} after={recommendation(1)} />
      </td>
    </tr>
  );
}

function Effect({ effect: { assessed, shifts, axisNames } }: { readonly effect: SettingEffect }) {
  if (shifts.length === 0) {
    return <p className={classes.small}>For none of {plural(assessed, 'assessed patient')} would anything change.</p>;
  }
  return (
    <>
      <p className={classes.small}>
        {shifts.length} of {plural(assessed, 'assessed patient')} would get another week:{' '}
        <strong>{hoursChange(sumOf(shifts, hoursOf))}</strong> and{' '}
        <strong>{moneyChange(sumOf(shifts, centsOf))}</strong> a week in all. Signed plans stay as they are.
      </p>
      <ScrollBox label="Patients whose week would change" className={classes.tableBox}>
        <table className={classes.table} aria-label="What would change">
          <thead>
            <tr>
              <th scope="col">Patient</th>
              <th scope="col">Axis</th>
              <th scope="col">Hours a week</th>
              <th scope="col">Cost a week</th>
              <th scope="col">Recommended</th>
            </tr>
          </thead>
          <tbody>
            {shifts.slice(0, MOST_ROWS).map((shift) => (
              <Row key={shift.patientId} shift={shift} axisNames={axisNames} />
            ))}
          </tbody>
        </table>
        {shifts.length > MOST_ROWS && <p className={classes.small}>and {shifts.length - MOST_ROWS} more</p>}
      </ScrollBox>
    </>
  );
}

export function SettingEffectOf(props: {
  readonly source: CareSource;
  readonly kind: SettingKind;
  readonly content: string;
}) {
  const { source, kind, content } = props;
  return (
    <section className={classes.dialog} aria-label="What would change">
      <RecordsRun<Extract<SettingEffectEvent, { type: 'effect' }>>
        ask="Show what would change"
        subscribe={useCallback((callbacks) => source.settingEffect(kind, content, callbacks), [source, kind, content])}
      >
        {({ effect }) => <Effect effect={effect} />}
      </RecordsRun>
    </section>
  );
}
