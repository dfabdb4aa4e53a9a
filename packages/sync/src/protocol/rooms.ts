/**
 * Who has which shard of one tenant open on this server, and what each says it looks at. The rules of presence are
 * presence.ts's; it lives in memory only and ends with the connection.
 */
import type { Clock, Principal, ShardId } from '@fieldfare/kernel';
import { decodePresence, encodePresence, type PresenceEntry, type PresenceState, stamped } from './presence.ts';

export const PRESENCE_INTERVAL_MS = 200;

export interface Seat {
  /** A presence update from this member. False: the bytes are no such thing. */
  announce(update: Uint8Array): boolean;
  /** What the others said last, null when nobody said anything. */
  others(): Uint8Array | null;
  leave(): void;
}

export interface Rooms {
  /** `hear` gets the others' presence updates. */
  enter(shard: ShardId, who: Principal, hear: (update: Uint8Array) => void): Seat;
  /** Somebody has this shard open. */
  occupied(shard: ShardId): boolean;
}

interface Member {
  readonly who: Principal;
  readonly hear: (update: Uint8Array) => void;
  /** The id it speaks for, once it has spoken. */
  id: number | null;
  clock: number;
  state: PresenceState | null;
  toldAt: number;
  cancel: (() => void) | null;
}

export function createRooms(options: {
  readonly clock: Clock;
  readonly setTimer: (run: () => void, ms: number) => () => void;
}): Rooms {
  const { clock, setTimer } = options;
  const rooms = new Map<ShardId, Set<Member>>();

  const entryOf = ({ id, clock, state }: Member): PresenceEntry[] => (id === null ? [] : [{ id, clock, state }]);

  function tell(room: ReadonlySet<Member>, from: Member): void {
    from.cancel = null;
    from.toldAt = clock.now();
    const update = encodePresence(entryOf(from));
    for (const member of room) if (member !== from) member.hear(update);
  }

  /** A link that the server does not know to be lost yet must not keep its device's next one from speaking. */
  function claim(room: ReadonlySet<Member>, member: Member, id: number): void {
    const holder = [...room].find((one) => one.id === id);
    if (holder !== undefined && holder.who.deviceId !== member.who.deviceId) return;
    if (holder !== undefined) {
      holder.cancel?.();
      holder.id = null;
      holder.state = null;
    }
    member.id = id;
  }

  function take(room: ReadonlySet<Member>, member: Member, entry: PresenceEntry): void {
    if (member.id === null) claim(room, member, entry.id);
    if (member.id !== entry.id || entry.clock < member.clock) return;
    member.clock = entry.clock;
    member.state = entry.state === null ? null : stamped(entry.state, member.who);
    const wait = member.toldAt + PRESENCE_INTERVAL_MS - clock.now();
    if (wait <= 0) tell(room, member);
    else member.cancel ??= setTimer(() => tell(room, member), wait);
  }

  return {
    enter(shard, who, hear) {
      const room = rooms.get(shard) ?? new Set<Member>();
      rooms.set(shard, room);
      const member: Member = {
        who,
        hear,
        id: null,
        clock: 0,
        state: null,
        toldAt: Number.NEGATIVE_INFINITY,
        cancel: null,
      };
      room.add(member);
      return {
        announce(update) {
          const entries = decodePresence(update);
          if (room.has(member)) for (const entry of entries ?? []) take(room, member, entry);
          return entries !== null;
        },
        others() {
          const entries = [...room].flatMap((one) => (one === member || one.state === null ? [] : entryOf(one)));
          return entries.length === 0 ? null : encodePresence(entries);
        },
        leave() {
          if (!room.delete(member)) return;
          member.cancel?.();
          if (member.state !== null) {
            member.state = null;
            member.clock += 1;
            tell(room, member);
          }
          if (room.size === 0) rooms.delete(shard);
        },
      };
    },
    occupied: (shard) => rooms.has(shard),
  };
}
