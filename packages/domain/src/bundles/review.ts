/** A plan's lines judged against the profile they were chosen from. */
import {
  type BundleConfig,
  type LineDraft,
  type Market,
  parseProfile,
  type Review,
  reviewBundle,
  type Stream,
} from '@fieldfare/engine-bundles';
import { fail, ok, problem, type Result } from '@fieldfare/kernel';
import type { CareBundle } from './tables.ts';

export interface ReviewQuestion {
  readonly config: BundleConfig;
  readonly market: Market;
  readonly bundle: CareBundle;
  readonly drafts: readonly LineDraft[];
  readonly reason: string;
}

/** `BND-STREAM` */
export function streamIn(config: BundleConfig, streamId: string): Result<Stream> {
  const stream = config.streams.get(streamId);
  return stream ? ok(stream) : fail(problem('not-found', 'no such funding stream', { rule: 'BND-STREAM' }));
}

/**
 * `BND-AXIS-GONE` when the axis left the configuration, or its conditions changed, after the bundle was chosen: it has to
 * be chosen again.
 */
export function reviewOf({ config, market, bundle, drafts, reason }: ReviewQuestion): Result<Review> {
  const stream = streamIn(config, bundle.streamId);
  if (!stream.ok) return stream;
  const profile = parseProfile(bundle.profile);
  if (!profile.ok) return profile;
  const review = reviewBundle(config, {
    profile: profile.value,
    stream: stream.value,
    market,
    axis: bundle.axis,
    drafts,
    reason,
  });
  return review
    ? ok(review)
    : fail(problem('conflict', 'this axis no longer applies: choose again', { rule: 'BND-AXIS-GONE' }));
}
