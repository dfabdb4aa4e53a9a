/** How long drives are thought to take in a region, and how near answers of a maps service found that to be. */
import type { Driving } from '@fieldfare/domain';
import type { WorkspaceClient } from '@fieldfare/workspace/client';
import { useCallback } from 'react';
import { dateOfInstant, fullDate, plural } from '../lib/format.ts';
import { useFeed } from '../lib/use-feed.ts';
import { Pending } from '../shell/place-bar.tsx';
import classes from './outcomes.module.css';

const PARTS: Readonly<Record<Driving['speeds'][number]['part'], string>> = {
  night: 'at night',
  morning: 'in the morning',
  day: 'during the day',
  afternoon: 'in the afternoon',
  evening: 'in the evening',
};

const tenth = (value: number): string => String(Math.round(value * 10) / 10);

function Row({ calibration, zone }: { readonly calibration: Driving['calibrations'][number]; readonly zone: string }) {
  const { calibratedAt, fitted, heldOut, roadFactor, medianBefore, medianAfter, ninthBefore, ninthAfter } = calibration;
  const error = (before: number, after: number) => (
    <td>
      <span className={classes.figure}>{tenth(after)} min</span>
      <span className={classes.detail}>{tenth(before)} min before</span>
    </td>
  );
  return (
    <tr>
      <th scope="row">
        <span className={classes.label}>{fullDate(dateOfInstant(calibratedAt, zone))}</span>
      </th>
      <td>
        <span className={classes.figure}>{fitted}</span>
        <span className={classes.detail}>judged by {plural(heldOut, 'other')}</span>
      </td>
      <td>
        <span className={classes.figure}>{roadFactor}</span>
      </td>
      {error(medianBefore, medianAfter)}
      {error(ninthBefore, ninthAfter)}
    </tr>
  );
}

export function DrivingFigures(props: {
  readonly client: WorkspaceClient;
  readonly regionId: string;
  /** Of the region. */
  readonly zone: string;
}) {
  const { client, regionId, zone } = props;
  const { value, problems } = useFeed<Driving>(
    useCallback((callbacks) => client.travel.drivingEvents.subscribe({ regionId }, callbacks), [client, regionId]),
  );
  return (
    <section className={classes.section} aria-label="Driving">
      <h2>Driving: how long it is thought to take</h2>
      {value === null ? (
        <Pending problems={problems} />
      ) : (
        <>
          <p className={classes.meaning}>
            Roads are {value.roadFactor} times as long as the straight line; mean speed{' '}
            {value.speeds.map(({ part, kmh }) => `${Math.round(kmh)} km/h ${PARTS[part]}`).join(', ')}.
            {value.calibrations.length === 0 &&
              ' These are the figures that were entered: no maps service has been asked yet (server travel calibrate).'}
          </p>
          {value.calibrations.length > 0 && (
            <table className={classes.table} aria-label="What a maps service taught about driving">
              <thead>
                <tr>
                  <th scope="col">Adopted</th>
                  <th scope="col">Drives it was fitted to</th>
                  <th scope="col">Road factor</th>
                  <th scope="col">Half of the others are off by at most</th>
                  <th scope="col">Nine in ten by at most</th>
                </tr>
              </thead>
              <tbody>
                {value.calibrations.map((calibration) => (
                  <Row key={calibration.id} calibration={calibration} zone={zone} />
                ))}
              </tbody>
            </table>
          )}
        </>
      )}
    </section>
  );
}
