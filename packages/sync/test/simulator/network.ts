/**
 * Simulated sockets. Within a connection bytes stay in order, as TCP keeps them; between connections nothing is
 * ordered, and an old one may go on delivering after a new one began. A connection can be cut (each end learns it in its
 * own time), go silent (nobody is told), stall, repeat a frame, or break with garbage in front.
 */
import type { SocketLike } from '../../src/types.ts';
import type { Dice } from './chance.ts';
import type { Owner, Timeline } from './timeline.ts';

export interface FrameFaults {
  /** Chances per frame. */
  readonly repeat: number;
  readonly garble: number;
}

export type Side = 'client' | 'server';

export interface Link {
  readonly client: SocketLike;
  readonly server: SocketLike;
  /** Frames as their senders handed them over. */
  onSend: ((from: Side, frame: Uint8Array) => void) | null;
  /** The server end belongs to this process. */
  accept(owner: Owner): void;
  open(): void;
  /** Both ends learn within `withinMs` that it is over; what is under way until then arrives. */
  cut(withinMs: number): void;
  /** From now on nothing arrives, in one direction or both, and nobody is told. */
  silence(toward: Side | 'both'): void;
  /** Nothing arrives for so long; then all of it. */
  stall(ms: number): void;
}

interface Way {
  /** When the last frame sent arrives. */
  last: number;
  buffered: number;
  silent: boolean;
}

export function createLink(options: {
  readonly timeline: Timeline;
  readonly dice: Dice;
  readonly faults: FrameFaults;
  readonly clientOwner: Owner;
}): Link {
  const { timeline, dice, faults } = options;
  const latency = dice.between(2, 120);
  const owners: Record<Side, Owner | null> = { client: options.clientOwner, server: null };
  const ways: Record<Side, Way> = {
    client: { last: 0, buffered: 0, silent: false },
    server: { last: 0, buffered: 0, silent: false },
  };
  const over: Record<Side, boolean> = { client: false, server: false };
  const otherOf = (side: Side): Side => (side === 'client' ? 'server' : 'client');
  let stalledUntil = 0;

  /** Runs at the end `to` behind everything that is under way to it. */
  function arrive(to: Side, run: () => void): void {
    const way = ways[to];
    way.last = Math.max(way.last, stalledUntil, timeline.now() + latency * dice.between(0.5, 1.5));
    timeline.after(
      way.last - timeline.now(),
      () => {
        if (owners[to]?.alive !== false && !over[to] && !way.silent) run();
      },
      null,
    );
  }

  function end(side: Side, code: number, reason: string): void {
    if (over[side] || owners[side]?.alive === false) return;
    over[side] = true;
    sockets[side].onclose?.({ code, reason });
  }

  function deliver(to: Side, frame: Uint8Array): void {
    const garbled = dice.chance(faults.garble);
    const bytes = garbled ? garble(frame, dice) : frame;
    const times = dice.chance(faults.repeat) ? 2 : 1;
    for (let i = 0; i < times && !over[to]; i++) sockets[to].onmessage?.({ data: bytes.slice().buffer });
    if (garbled) link.cut(500); // what protects the transport has noticed too
  }

  function socketOf(side: Side): SocketLike {
    const to = otherOf(side);
    return {
      binaryType: 'arraybuffer',
      get bufferedAmount() {
        return ways[to].buffered;
      },
      send(data) {
        if (over[side]) return;
        const frame = data.slice();
        link.onSend?.(side, frame);
        ways[to].buffered += frame.length;
        arrive(to, () => {
          ways[to].buffered -= frame.length;
          deliver(to, frame);
        });
      },
      close(code = 1000, reason = '') {
        if (over[side]) return;
        over[side] = true;
        const own = sockets[side];
        timeline.after(1, () => own.onclose?.({ code, reason }), owners[side]);
        arrive(to, () => end(to, code, reason));
      },
      onopen: null,
      onmessage: null,
      onclose: null,
      onerror: null,
    };
  }

  const sockets: Record<Side, SocketLike> = { client: socketOf('client'), server: socketOf('server') };
  const link: Link = {
    client: sockets.client,
    server: sockets.server,
    onSend: null,
    accept(owner) {
      owners.server = owner;
    },
    open: () => arrive('client', () => sockets.client.onopen?.()),
    cut(withinMs) {
      for (const side of ['client', 'server'] as const) {
        timeline.after(dice.between(0, withinMs), () => end(side, 1006, ''), owners[side]);
      }
    },
    silence(toward) {
      if (toward !== 'server') ways.client.silent = true;
      if (toward !== 'client') ways.server.silent = true;
    },
    stall(ms) {
      stalledUntil = Math.max(stalledUntil, timeline.now() + ms);
    },
  };
  return link;
}

/** Cut short, or other bytes of the same length. */
function garble(frame: Uint8Array, dice: Dice): Uint8Array {
  if (dice.chance(0.5)) return frame.subarray(0, dice.below(frame.length));
  return dice.bytes(frame.length);
}
