/** What the server alone knows about who signs in. Times are epoch milliseconds. */
import { ROLES } from '@fieldfare/kernel';
import { z } from 'zod';

const tenantRecord = z.object({
  id: z.uuid(),
  name: z.string(),
  synthetic: z.boolean(),
  createdAt: z.number(),
});
export type TenantRecord = z.infer<typeof tenantRecord>;

const roleAssignment = z.object({ role: z.enum(ROLES), regionIds: z.array(z.uuid()).nullable() });

const accountRecord = z.object({
  id: z.uuid(),
  tenantId: z.uuid(),
  /** Lower case, unique over the whole server. */
  login: z.string(),
  name: z.string(),
  roles: z.array(roleAssignment),
  /** PHC string: `$argon2id$v=19$m=19456,t=2,p=1$…` */
  passwordHash: z.string(),
  createdAt: z.number(),
  disabledAt: z.number().nullable(),
});
export type AccountRecord = z.infer<typeof accountRecord>;

const deviceRecord = z.object({
  id: z.uuid(),
  userId: z.uuid(),
  name: z.string(),
  createdAt: z.number(),
});
export type DeviceRecord = z.infer<typeof deviceRecord>;

/** One sign-in of one device: the chain of refresh tokens that rotated from it. */
const sessionRecord = z.object({
  id: z.uuid(),
  userId: z.uuid(),
  deviceId: z.uuid(),
  /** Number of the live refresh token; every rotation adds one. */
  generation: z.number(),
  /** SHA-256 of the live refresh token, base64url. */
  tokenHash: z.string(),
  /** Hash of the one before it. */
  previousHash: z.string().nullable(),
  rotatedAt: z.number(),
  expiresAt: z.number(),
});
export type SessionRecord = z.infer<typeof sessionRecord>;

export const RECORDS = {
  tenant: tenantRecord,
  account: accountRecord,
  device: deviceRecord,
  session: sessionRecord,
} as const;
export type RecordKind = keyof typeof RECORDS;
type RecordOf<K extends RecordKind> = z.infer<(typeof RECORDS)[K]>;

/** Sets a record, or with `value: null` removes it. */
export type RecordChange = {
  [K in RecordKind]: { readonly kind: K; readonly id: string; readonly value: RecordOf<K> | null };
}[RecordKind];

export type Records = { readonly [K in RecordKind]: Map<string, RecordOf<K>> };
