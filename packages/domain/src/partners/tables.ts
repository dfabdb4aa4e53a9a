import { defineTable, type Row } from '@fieldfare/kernel';
import { z } from 'zod';
import { inOrg } from '../shards.ts';

/** A subcontracting organisation (SSPO). Its staff stand in the roster with `partnerId` set. */
export const partners = defineTable({
  name: 'partners',
  about: 'an organisation that delivers visits for us with its own staff',
  version: 3,
  ...inOrg,
  columns: {
    name: z.string().min(1).max(120),
    regionIds: z.array(z.uuid()),
    /** Service type codes it is contracted for. */
    serviceCodes: z.array(z.string()),
    phone: z.string().max(40),
    active: z.boolean(),
    /** Since version 2: what an hour of visits is paid for, in cents. */
    centsAnHour: z.int().min(0).max(100_000).nullish(),
    /** Since version 3: most visit minutes a week, in each region; absent: any. */
    capacityMinutes: z.int().min(0).max(600_000).nullish(),
    /** Since version 3: whole days between the day on which a visit is given to it and the visit; absent: none. */
    noticeDays: z.int().min(0).max(60).nullish(),
  },
});
export type Partner = Row<typeof partners>;
