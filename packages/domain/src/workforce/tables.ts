import { defineTable, type Row } from '@fieldfare/kernel';
import { z } from 'zod';
import { localTime } from '../fields.ts';
import { inRoster } from '../shards.ts';

/** Ontario's usual home-care roles. `service_types.roles` refers to them by code. */
export const STAFF_ROLES = ['rn', 'rpn', 'psw', 'ot', 'pt', 'slp', 'sw', 'rd'] as const;
export type StaffRole = (typeof STAFF_ROLES)[number];

export const EMPLOYMENT_TYPES = ['full-time', 'part-time', 'casual', 'contract'] as const;

/** `office`: the region's own place. */
export const STARTS = ['home', 'office'] as const;

/** One stretch of a weekday in which a person may be booked. `to` is after `from`; nights are two stretches. */
export const availabilityInterval = z.object({
  /** 1 Monday … 7 Sunday */
  weekday: z.int().min(1).max(7),
  from: localTime,
  /** `24:00` ends the day. */
  to: z.union([localTime, z.literal('24:00')]),
});
export type AvailabilityInterval = z.infer<typeof availabilityInterval>;

/** An unpaid break at no fixed time: so long, somewhere between `from` and `to`. `weekdays` empty: any day. */
export const staffBreak = z.object({
  weekdays: z.array(z.int().min(1).max(7)).max(7),
  from: localTime,
  to: localTime,
  minutes: z.int().min(5).max(180),
});
export type StaffBreak = z.infer<typeof staffBreak>;

export const staff = defineTable({
  name: 'staff',
  about: 'a person who delivers visits: our own, or a partner organisation’s',
  version: 5,
  ...inRoster,
  columns: {
    regionId: z.uuid(),
    /** The organisation's own number for the person. */
    reference: z.string().min(1).max(40),
    givenName: z.string().min(1).max(80),
    familyName: z.string().min(1).max(80),
    role: z.enum(STAFF_ROLES),
    /** Lane group on the board. */
    team: z.string().min(1).max(60),
    employmentType: z.enum(EMPLOYMENT_TYPES),
    /** Set for a partner organisation's staff. */
    partnerId: z.uuid().nullable(),
    /** Most minutes of visits a week, travel not counted. */
    capacityMinutes: z.int().min(0).max(6000),
    availability: z.array(availabilityInterval).max(28),
    /** Where the day's travel starts and ends, unless `startsFrom` says otherwise. */
    homeLat: z.number().min(-90).max(90),
    homeLng: z.number().min(-180).max(180),
    phone: z.string().max(40),
    languages: z.array(z.string().min(2).max(8)),
    active: z.boolean(),
    /** Since version 2: what the person can do beyond the role, in the organisation's own words. */
    skills: z.array(z.string().min(2).max(40)).max(40).nullish(),
    /** Since version 3: most minutes of visits a week above `capacityMinutes`, as overtime; none: no overtime. */
    overtimeMinutes: z.int().min(0).max(3000).nullish(),
    /** Since version 4: where the day's travel starts and ends; absent: home. */
    startsFrom: z.enum(STARTS).nullish(),
    /** Since version 5: breaks that the plan leaves room for, at most one a day; absent: none. */
    breaks: z.array(staffBreak).max(7).nullish(),
  },
  phi: ['phone', 'homeLat', 'homeLng'],
  indexes: [['regionId', 'team'], ['reference']],
});
export type Staff = Row<typeof staff>;

export const ABSENCE_REASONS = ['vacation', 'sick', 'training', 'leave', 'other'] as const;

export const absences = defineTable({
  name: 'absences',
  about: 'a stretch of time in which a member of staff cannot be booked',
  version: 1,
  ...inRoster,
  columns: {
    regionId: z.uuid(),
    staffId: z.uuid(),
    /** First and last day, local dates, both included. */
    fromDate: z.iso.date(),
    toDate: z.iso.date(),
    reason: z.enum(ABSENCE_REASONS),
  },
  indexes: [['staffId', 'fromDate']],
});
export type Absence = Row<typeof absences>;
