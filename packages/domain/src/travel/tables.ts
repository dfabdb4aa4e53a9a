import { defineTable, type Row } from '@fieldfare/kernel';
import { z } from 'zod';
import { inOrg } from '../shards.ts';

const minutes = z.number().min(0).max(1_440);

/** What a region's road factor and speeds were set to from answers of a maps service. Rows are only added: the history. */
export const travelCalibrations = defineTable({
  name: 'travel_calibrations',
  about: 'what a maps service taught about how long drives take in a region, and how well',
  version: 1,
  ...inOrg,
  columns: {
    regionId: z.uuid(),
    roadFactor: z.number().min(1).max(3),
    speedKmhByHour: z.array(z.number().min(5).max(130)).length(24),
    /** Answers it was fitted to, and others it was judged by. */
    fitted: z.int().min(0),
    heldOut: z.int().min(0),
    /** Error of a drive in minutes on those others: of half of them at most, and of nine in ten. */
    medianBefore: minutes,
    medianAfter: minutes,
    ninthBefore: minutes,
    ninthAfter: minutes,
    calibratedAt: z.iso.datetime(),
  },
  indexes: [['regionId']],
});
export type TravelCalibration = Row<typeof travelCalibrations>;
