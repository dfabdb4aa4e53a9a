/**
 * What is on its way out of a channel: own edits as they are made, and what of them is not acknowledged yet.
 *
 *  SYN-CON-TOGETHER  an edit leaves at once when everything sent before it is acknowledged. Those that are made meanwhile
 *                    leave together when it is, after HOLD_MS, or when they are HOLD_BYTES, as one update where they follow
 *                    each other in one session (join.ts). So a lone edit waits for nothing, and the busier the server is,
 *                    the more edits it gets at a time: its work grows more slowly than what is written
 *
 * What waits here is durable and pending, like everything that is not acknowledged: when the channel ends, it is offered
 * again on the next one.
 */
import { joinFirst } from '../join.ts';

/** An edit waits no longer than this for what was sent before it. */
export const HOLD_MS = 100;
/** Of what waits. */
const HOLD_BYTES = 64 * 1024;

/** Client → clock behind an update. */
type Clocks = ReadonlyMap<number, number>;

export interface Outlet {
  /** An edit that was made now. */
  send(update: Uint8Array, clocks: Clocks): void;
  /** Several edits were sent at once, by the side of this outlet. */
  sent(clocks: Clocks): void;
  /** The server holds everything up to these clocks. */
  acknowledged(clocks: Clocks): void;
  /** Of what is not acknowledged, some was several edits in one update. */
  hasJoined(): boolean;
}

export function createOutlet(options: {
  readonly say: (update: Uint8Array) => void;
  readonly setTimer: (run: () => void, ms: number) => () => void;
}): Outlet {
  const { say, setTimer } = options;
  /** Client → clock behind what was sent and is not acknowledged. */
  const unheard = new Map<number, number>();
  let joined = false;
  let waiting: { readonly update: Uint8Array; readonly clocks: Clocks }[] = [];
  let bytes = 0;
  let cancel: (() => void) | null = null;

  function note(clocks: Clocks): void {
    for (const [client, end] of clocks) unheard.set(client, Math.max(end, unheard.get(client) ?? 0));
  }

  function letGo(): void {
    cancel?.();
    cancel = null;
    const updates = waiting.map(({ update }) => update);
    for (const { clocks } of waiting) note(clocks);
    waiting = [];
    bytes = 0;
    for (let at = 0; at < updates.length; ) {
      const { update, count } = joinFirst(updates.slice(at));
      joined ||= count > 1;
      say(update);
      at += count;
    }
  }

  return {
    send(update, clocks) {
      if (bytes + update.length > HOLD_BYTES) letGo();
      waiting.push({ update, clocks });
      bytes += update.length;
      if (unheard.size === 0 || bytes > HOLD_BYTES) letGo();
      else cancel ??= setTimer(letGo, HOLD_MS);
    },
    sent(clocks) {
      note(clocks);
      joined = true;
    },
    acknowledged(clocks) {
      for (const [client, end] of unheard) if (end <= (clocks.get(client) ?? 0)) unheard.delete(client);
      if (unheard.size > 0) return;
      joined = false;
      letGo();
    },
    hasJoined: () => joined,
  };
}
