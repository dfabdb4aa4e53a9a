/** The procedures of rule packs. Everybody of the organisation may look, an administrator may change. */
import { unwrap } from '@fieldfare/kernel';
import { z } from 'zod';
import { regionProcedure, router, tenantProcedure } from '../../procedure.ts';
import { adoptPack, revokeKey, trustKey, tryPack, withdrawPack } from './commands.ts';
import { packEffect } from './effect.ts';
import { packsInForce } from './in-force.ts';
import { packKeys, rulePacks } from './tables.ts';
import { packsEvents, packsView, summaryOf } from './view.ts';

const content = rulePacks.row.pick({ content: true });
const row = z.object({ rowId: z.uuid() });
const read = tenantProcedure('orgs.read');
const write = tenantProcedure('orgs.write');

export const packsRouter = router({
  /** Which rules speak, packs and trusted keys. */
  list: read.query(({ ctx }) => packsView(ctx)),
  /** The same, now and after every change. */
  events: read.subscription(async function* ({ ctx, signal }) {
    yield* packsEvents(ctx, signal);
  }),
  /** What a pack says of itself; fails with everything that speaks against it. Changes nothing. */
  check: read
    .input(content)
    .query(async ({ ctx, input }) => summaryOf(unwrap(await tryPack(await packsInForce(ctx), input.content)))),
  /** Which results of a region's patients would be others. Changes nothing; ending the subscription cancels. */
  effect: regionProcedure('clinical.read')
    .input(z.object({ change: z.union([content, z.object({ withdraw: z.uuid() })]) }))
    .subscription(async function* ({ ctx, input, signal }) {
      yield* packEffect(ctx, input, signal);
    }),
  adopt: write
    .input(content.extend(rulePacks.row.pick({ note: true }).shape))
    .mutation(({ ctx, input }) => adoptPack(ctx, input)),
  withdraw: write.input(row).mutation(({ ctx, input }) => withdrawPack(ctx, input)),
  /** The key as its 32 bytes in base64url or as a JWK. */
  trustKey: write
    .input(packKeys.row.pick({ issuer: true }).extend({ publicKey: z.string().min(1).max(1000) }))
    .mutation(({ ctx, input }) => trustKey(ctx, input)),
  revokeKey: write.input(row).mutation(({ ctx, input }) => revokeKey(ctx, input)),
});
