import { defineTable, type Row } from '@fieldfare/kernel';
import { z } from 'zod';
import { inOrg } from '../../shards.ts';

/** A version of a pack as it was signed. Never changed: withdrawn once, or followed by another version. */
export const rulePacks = defineTable({
  name: 'rule_packs',
  about: 'a signed pack of clinical rules that takes the place of provisional ones',
  version: 1,
  ...inOrg,
  columns: {
    /** The signed text; whoever reads it checks it. */
    content: z.string().min(1).max(200_000),
    note: z.string().max(1000),
    adoptedAt: z.iso.datetime(),
    adoptedBy: z.uuid(),
    withdrawnAt: z.iso.datetime().nullable(),
    withdrawnBy: z.uuid().nullable(),
  },
  merge: { withdrawnAt: 'earliest', withdrawnBy: 'earliest' },
});
export type RulePackRow = Row<typeof rulePacks>;

/** Trust in a key ends once and for good; the same key can be trusted anew by another row. */
export const packKeys = defineTable({
  name: 'pack_keys',
  about: 'a public key whose rule packs the organisation trusts',
  version: 1,
  ...inOrg,
  columns: {
    issuer: z.string().min(1).max(120),
    /** Ed25519, 32 bytes in base64url. */
    publicKey: z.string().min(1).max(44),
    addedAt: z.iso.datetime(),
    addedBy: z.uuid(),
    revokedAt: z.iso.datetime().nullable(),
    revokedBy: z.uuid().nullable(),
  },
  merge: { revokedAt: 'earliest', revokedBy: 'earliest' },
});
export type PackKey = Row<typeof packKeys>;
