/** What is looked at here and by others, shard by shard: this device's side of presence. */
import type { ShardId } from '@fieldfare/kernel';
import { decodePresence, encodePresence, type PresenceState, type Present, presentOf } from '../protocol/presence.ts';

export interface PresenceBook {
  /** What is to be sent now. */
  announce(shard: ShardId, state: PresenceState | null): Uint8Array;
  /** What is to be sent when the shard has been opened on a new link; null: nothing. */
  own(shard: ShardId): Uint8Array | null;
  hear(shard: ShardId, update: Uint8Array): void;
  /** The link is lost: nobody can be vouched for any more. */
  forget(): void;
  present(shard: ShardId): readonly Present[];
  onPresent(listener: (shard: ShardId) => void): () => void;
}

/** `id`: this session's, as its documents know it. */
export function createPresenceBook(id: number): PresenceBook {
  const own = new Map<ShardId, PresenceState>();
  const others = new Map<ShardId, Map<number, Present>>();
  const listeners = new Set<(shard: ShardId) => void>();
  let clock = 0;

  const tell = (shard: ShardId): void => {
    for (const listener of [...listeners]) listener(shard);
  };
  const encode = (state: PresenceState | null): Uint8Array => {
    clock += 1;
    return encodePresence([{ id, clock, state }]);
  };

  return {
    announce(shard, state) {
      if (state === null) own.delete(shard);
      else own.set(shard, state);
      return encode(state);
    },
    own(shard) {
      const state = own.get(shard);
      return state === undefined ? null : encode(state);
    },
    hear(shard, update) {
      const here = others.get(shard) ?? new Map<number, Present>();
      for (const entry of decodePresence(update) ?? []) {
        const present = presentOf(entry);
        if (present === null) here.delete(entry.id);
        else here.set(entry.id, present);
      }
      if (here.size === 0) others.delete(shard);
      else others.set(shard, here);
      tell(shard);
    },
    forget() {
      const shards = [...others.keys()];
      others.clear();
      for (const shard of shards) tell(shard);
    },
    present: (shard) => [...(others.get(shard)?.values() ?? [])],
    onPresent(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
