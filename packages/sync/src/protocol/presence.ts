/**
 * Who looks at what, as y-protocols' awareness updates carry it: `varuint count`, then for each client
 * `varuint id, varuint clock, text of JSON`, where `null` says that it left. Never stored.
 *
 *  SYN-PRES-STAMP  whatever a client says about itself, the server puts `user: {id, name}` of its token over it
 *  SYN-PRES-OWN    the first id that a connection speaks for is its own, unless another device in the room has it; what it
 *                  says of other ids is dropped
 *  SYN-PRES-SIZE   a state larger than `MAX_STATE_BYTES` or deeper than `MAX_STATE_DEPTH` is dropped
 *  SYN-PRES-RATE   at most one update of a connection leaves every `PRESENCE_INTERVAL_MS`; the newest wins
 */
import type { JsonValue, Principal } from '@fieldfare/kernel';
import * as decoding from 'lib0/decoding';
import * as encoding from 'lib0/encoding';
import { z } from 'zod';
import { isPlainJson, isPlainObject } from '../rows/json.ts';

export const MAX_STATE_BYTES = 2048;
const MAX_STATE_DEPTH = 4;
/** Stock clients repeat what they heard of others; more than a full room is no presence. */
const MAX_ENTRIES = 256;
const MAX_UPDATE_BYTES = 64 * 1024;

export type PresenceState = Readonly<Record<string, JsonValue>>;

export interface PresenceEntry {
  readonly id: number;
  readonly clock: number;
  /** Null: it left. */
  readonly state: PresenceState | null;
}

/** Somebody who has a shard open, as the server vouches. */
export interface Present {
  /** Of the connection: somebody with two windows is here twice. */
  readonly id: number;
  readonly userId: string;
  readonly name: string;
  readonly state: PresenceState;
}

export function encodePresence(entries: readonly PresenceEntry[]): Uint8Array {
  const encoder = encoding.createEncoder();
  encoding.writeVarUint(encoder, entries.length);
  for (const { id, clock, state } of entries) {
    encoding.writeVarUint(encoder, id);
    encoding.writeVarUint(encoder, clock);
    encoding.writeVarString(encoder, JSON.stringify(state));
  }
  return encoding.toUint8Array(encoder);
}

/** Entries that keep the rules above; null when the bytes are no presence update at all. */
export function decodePresence(bytes: Uint8Array): readonly PresenceEntry[] | null {
  if (bytes.length > MAX_UPDATE_BYTES) return null;
  const entries: PresenceEntry[] = [];
  try {
    const decoder = decoding.createDecoder(bytes);
    const count = decoding.readVarUint(decoder);
    if (count > MAX_ENTRIES) return null;
    for (let i = 0; i < count; i += 1) {
      const id = decoding.readVarUint(decoder);
      const clock = decoding.readVarUint(decoder);
      const text = decoding.readVarString(decoder);
      if (text.length > MAX_STATE_BYTES) continue;
      const state: unknown = JSON.parse(text);
      if (state === null) entries.push({ id, clock, state });
      else if (isPlainObject(state) && isPlainJson(state, MAX_STATE_DEPTH)) {
        entries.push({ id, clock, state: state as PresenceState });
      }
    }
    return decoding.hasContent(decoder) ? null : entries;
  } catch {
    return null;
  }
}

export const stamped = (state: PresenceState, { userId, name }: Principal): PresenceState => ({
  ...state,
  user: { id: userId, name },
});

const vouched = z.looseObject({ user: z.object({ id: z.string(), name: z.string() }) });

/** What the server sent, for whoever shows it; null without its stamp. */
export function presentOf({ id, state }: PresenceEntry): Present | null {
  const parsed = vouched.safeParse(state);
  if (!parsed.success || state === null) return null;
  const { user: _, ...rest } = state;
  return { id, userId: parsed.data.user.id, name: parsed.data.user.name, state: rest };
}
