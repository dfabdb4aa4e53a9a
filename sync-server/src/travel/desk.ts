/**
 * Calibrates a region's drives from a maps service, and adopts what it found when told to: the region's figures and a row
 * of evidence in one commit. The service's key stays on the server.
 */
import {
  type Calibration,
  calibrate,
  DAY_PARTS,
  type FittedFigure,
  type LatLng,
  patients,
  type Region,
  regions,
  roundedPlace,
  staff,
  travelCalibrations,
} from '@fieldfare/domain';
import {
  type Clock,
  createRow,
  type FileStore,
  fail,
  newId,
  ok,
  orgShard,
  patientsShard,
  problem,
  type Random,
  type Result,
  rosterShard,
  updateRow,
} from '@fieldfare/kernel';
import type { Replica } from '@fieldfare/sync';
import { SERVER_USER_ID } from '../user-rows.ts';
import { askRegion, samplePlaces } from './ask-region.ts';
import { createBudget, type Limits } from './budget.ts';
import { createRouteMatrix } from './route-matrix.ts';
import { createTravelCache } from './travel-cache.ts';

/** How the maps service is reached; read when somebody asks, so that a rotated key needs no restart. */
export interface MapsAccess {
  readonly key: string;
  readonly url?: string;
}

export interface TravelDesk {
  calibrate(replica: Replica, regionId: string, wish: CalibrateWish): Promise<Result<CalibrationReport>>;
}

export interface CalibrateWish {
  readonly limits: Limits;
  readonly adopt: boolean;
}

export interface CalibrationReport {
  readonly calibration: Calibration;
  readonly asked: number;
  readonly kept: number;
  /** Why not all was asked for. */
  readonly stopped: string | null;
  readonly adopted: boolean;
}

export function createTravelDesk(options: {
  /** Null: no key is set. */
  readonly access: () => Result<MapsAccess>;
  /** A directory of its own; closed again after each use. */
  readonly openFiles: () => Promise<Result<FileStore>>;
  readonly key: Uint8Array;
  readonly clock: Clock;
  readonly random: Random;
  readonly sleep: (ms: number) => Promise<void>;
}): TravelDesk {
  const { access, openFiles, key, clock, random, sleep } = options;
  return {
    async calibrate(replica, regionId, { limits, adopt }) {
      const maps = access();
      if (!maps.ok) return maps;
      const loaded = await replica.load([orgShard, patientsShard(regionId), rosterShard(regionId)]);
      if (!loaded.ok) return loaded;
      const row = replica.row(orgShard, regions.name, regionId);
      if (row === null || row.deleted) {
        return fail(problem('not-found', 'there is no such region', { rule: 'ADMIN-NAME' }));
      }
      const region = { ...row.fields, id: regionId } as Region;
      const files = await openFiles();
      if (!files.ok) return files;
      try {
        const cache = createTravelCache(files.value, key, random);
        const budget = createBudget(limits, await cache.readSpent());
        const { answers, asked, stopped } = await askRegion({
          ...{ regionId, budget, cache, clock },
          zone: region.zone,
          places: samplePlaces(placesOf(replica, region)),
          matrix: createRouteMatrix({ ...maps.value, budget, clock, random, sleep }),
        });
        const calibration = calibrate(region, answers);
        const report = { calibration, asked, kept: answers.length - asked, stopped: stopped?.message ?? null };
        if (!adopt) return ok({ ...report, adopted: false });
        const written = await adoptCalibration(replica, region, calibration, { clock, random });
        return written.ok ? ok({ ...report, adopted: true }) : written;
      } finally {
        await files.value.close();
      }
    },
  };
}

/** Where care is given and carers live, rounded; nothing about anybody. */
function placesOf(replica: Replica, region: Region): readonly LatLng[] {
  const fields = (shard: string, table: string): readonly Readonly<Record<string, unknown>>[] =>
    [...replica.rows(shard, table)].filter(({ deleted }) => !deleted).map((row) => row.fields);
  return [
    { lat: region.lat, lng: region.lng },
    ...fields(patientsShard(region.id), patients.name)
      .filter(({ status }) => status === 'active')
      .map(({ lat, lng }) => ({ lat: Number(lat), lng: Number(lng) })),
    ...fields(rosterShard(region.id), staff.name)
      .filter(({ active }) => active === true)
      .map(({ homeLat, homeLng }) => ({ lat: Number(homeLat), lng: Number(homeLng) })),
  ].map(roundedPlace);
}

/** `TRV-BETTER` */
async function adoptCalibration(
  replica: Replica,
  region: Region,
  { roadFactor, speedKmhByHour, figures, heldOut, errors, better }: Calibration,
  { clock, random }: { readonly clock: Clock; readonly random: Random },
): Promise<Result<void>> {
  if (!better || errors === null) {
    return fail(
      problem('conflict', 'the figures found do no better than the present ones: nothing was changed', {
        rule: 'TRV-BETTER',
      }),
    );
  }
  const speeds = [...speedKmhByHour];
  const found = { regionId: region.id, roadFactor, speedKmhByHour: speeds };
  const written = await replica.commit(
    [
      updateRow(regions, region, { roadFactor, speedKmhByHour: speeds }),
      createRow(travelCalibrations, {
        ...found,
        id: newId(clock, random),
        fitted: figures.roadFactor.answers,
        heldOut,
        medianBefore: errors.before.median,
        medianAfter: errors.after.median,
        ninthBefore: errors.before.ninth,
        ninthAfter: errors.after.ninth,
        calibratedAt: new Date(clock.now()).toISOString(),
      }),
    ],
    SERVER_USER_ID,
  );
  return written.ok ? ok(undefined) : written;
}

const WHY_KEPT = { few: 'kept: too few answers', bounds: 'kept: not believable' } as const;

/** The report as lines: figure, before, after, why. */
export function reportRows({ calibration, asked, kept, stopped, adopted }: CalibrationReport) {
  const { figures, errors, heldOut, better } = calibration;
  const line = (figure: string, { before, after, answers, kept: why }: FittedFigure) => ({
    figure,
    before: before.toFixed(2),
    after: after.toFixed(2),
    evidence: `${answers} answers${why === null ? '' : `, ${WHY_KEPT[why]}`}`,
  });
  const error = (figure: string, of: 'median' | 'ninth') => ({
    figure,
    before: errors?.before[of].toFixed(2) ?? '',
    after: errors?.after[of].toFixed(2) ?? '',
    evidence: `${heldOut} answers left out of the fit`,
  });
  const verdict = adopted ? 'adopted' : better ? 'better: --adopt sets it' : 'no better than the present figures';
  return [
    line('road factor', figures.roadFactor),
    ...DAY_PARTS.map((part) => line(`km/h, ${part}`, figures.speed[part])),
    error('error in minutes, half of drives', 'median'),
    error('error in minutes, nine in ten', 'ninth'),
    { figure: verdict, before: '', after: '', evidence: `${asked} answers asked for, ${kept} kept from before` },
    ...(stopped === null ? [] : [{ figure: 'stopped early', before: '', after: '', evidence: stopped }]),
  ];
}
