import { defineTable, ROLES, type Row } from '@fieldfare/kernel';
import { z } from 'zod';
import { inOrg } from '../shards.ts';

/**
 * People who sign in, as others see them (name on a conflict, author of a change). Credentials and devices are
 * the server's own records and never leave it.
 */
export const users = defineTable({
  name: 'users',
  about: 'a person or program that signs in',
  version: 1,
  ...inOrg,
  columns: {
    name: z.string().min(1).max(120),
    /** Sign-in name, lower case; unique by the server's account store. */
    login: z.string().regex(/^[a-z0-9][a-z0-9._@-]{1,79}$/),
    roles: z.array(z.object({ role: z.enum(ROLES), regionIds: z.array(z.uuid()).nullable() })),
    disabledAt: z.iso.datetime().nullable(),
  },
});
export type User = Row<typeof users>;
