import { v5, v7, validate } from 'uuid';
import type { Clock, Random } from './ports.ts';

/** Lower-case UUID text. */
export type Id = string;

/** Namespace of every deterministic id of this product. Never change it: ids derive from it. */
const NAMESPACE = '6f1b2c9e-3d6a-5c0f-9a57-2f7f1c9e4b10';

/** A new time-ordered id (UUIDv7, RFC 9562). */
export function newId(clock: Clock, random: Random): Id {
  return v7({ msecs: clock.now(), random: random.bytes(16) });
}

/**
 * The id of the row made *for* `parts` (UUIDv5): the same parts give the same id on every replica,
 * so an engine or an import that runs twice offline still makes one row.
 */
export function deterministicId(...parts: readonly (string | number)[]): Id {
  return v5(parts.map((part) => String(part).replaceAll('\\', '\\\\').replaceAll('/', '\\/')).join('/'), NAMESPACE);
}

export const isId = (value: unknown): value is Id => typeof value === 'string' && validate(value);
