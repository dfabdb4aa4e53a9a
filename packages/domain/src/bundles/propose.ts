/** Scenarios for a patient, from the profile that the assessments give. */
import { type Proposal, proposeBundles } from '@fieldfare/engine-bundles';
import { unwrap } from '@fieldfare/kernel';
import { patientProfile } from '../assessments/index.ts';
import type { PatientTarget } from '../patients/index.ts';
import type { Context } from '../procedure.ts';
import { type ChooseInput, chooseBundle } from './commands.ts';
import { readOffer } from './market-query.ts';

import { streamIn } from './review.ts';
import { readSettings } from './settings.ts';
import { type ProposalView, proposalView } from './views.ts';

export async function propose(
  ctx: Context,
  input: PatientTarget & { readonly streamId: string },
): Promise<ProposalView> {
  const { profile } = await patientProfile(ctx, input);
  const { config } = await readSettings(ctx);
  const { market } = await readOffer(ctx, input.regionId);
  const stream = unwrap(streamIn(config, input.streamId));
  const proposal: Proposal = proposeBundles(config, { profile, stream, market });
  return proposalView(config, proposal, { streamId: stream.id, assessedOn: profile.assessedOn });
}

export const choose = async (ctx: Context, input: ChooseInput): Promise<{ readonly planId: string }> =>
  chooseBundle(ctx, input, (await patientProfile(ctx, input)).profile);
