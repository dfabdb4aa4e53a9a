import { defineTable, type Row } from '@fieldfare/kernel';
import { z } from 'zod';
import { inOrg } from '../shards.ts';

/** The tenant itself: exactly one row, id = tenant id. */
export const organisations = defineTable({
  name: 'organisations',
  about: 'the care organisation whose data this is',
  version: 1,
  ...inOrg,
  columns: {
    name: z.string().min(1).max(120),
    /** True for generated agencies: shown on every screen, so that nobody mistakes them for patients. */
    synthetic: z.boolean(),
  },
});
export type Organisation = Row<typeof organisations>;

export const regions = defineTable({
  name: 'regions',
  about: "an office's area inside the organisation; most access is by region",
  version: 1,
  ...inOrg,
  columns: {
    name: z.string().min(1).max(80),
    /** IANA zone: weeks, days and visit times of the region are read in it. */
    zone: z.string().min(1).max(64),
    lat: z.number().min(-90).max(90),
    lng: z.number().min(-180).max(180),
    /** Road distance / straight-line distance, at least 1. */
    roadFactor: z.number().min(1).max(3),
    /** Mean driving speed in km/h by hour of the local day, 24 numbers. */
    speedKmhByHour: z.array(z.number().min(5).max(130)).length(24),
  },
});
export type Region = Row<typeof regions>;

export const serviceTypes = defineTable({
  name: 'service_types',
  about: 'a kind of service a visit delivers',
  version: 2,
  ...inOrg,
  columns: {
    /** Stable short code, e.g. `nursing`, `psw`, `ot`. */
    code: z.string().regex(/^[a-z][a-z0-9-]{0,23}$/),
    name: z.string().min(1).max(60),
    defaultMinutes: z.int().min(5).max(720),
    /** Staff roles that may deliver it, see workforce. */
    roles: z.array(z.string().min(1).max(24)).min(1),
    /** Card colour on the board: one of the theme's colour names. */
    colour: z.string().regex(/^[a-z]{2,12}$/),
    /** Since version 2: least minutes from the end of one visit to the start of the next for one patient; absent: any. */
    spacingMinutes: z.int().min(0).max(1440).nullish(),
    /** Since version 2: least days between two, by date; 2: every second day at most. Absent or 0: any. */
    spacingDays: z.int().min(0).max(7).nullish(),
  },
});
export type ServiceType = Row<typeof serviceTypes>;
