/** Sends prepared updates at a rate over many sockets, and measures when each was stored and when others had it. */
import { performance } from 'node:perf_hooks';
import { quantile } from '../../lib/metrics.ts';
import type { ServerProcess } from './child.ts';
import type { Client, Hearing, Prepared } from './clients.ts';

export interface Outcome {
  readonly rate: number;
  /** From sending to the last of the others having it, ms. */
  readonly fanOut: number;
  /** From sending to the durable ack, ms; null where nothing is acknowledged. */
  readonly ack: number | null;
  /** Deliveries that had not come when waiting ended. */
  readonly missing: number;
  readonly sustained: boolean;
  /** Processor time of the server for each update, ms. */
  readonly cost: number;
}

/** What came in time counts as sustained when 99 of 100 took less. */
const SUSTAINED_MS = 250;
const TICK_MS = 4;
const DRAIN_MS = 3_000;

export interface Crowd {
  /** By client number. */
  readonly clients: readonly Client[];
  /** What is left to send of each client's updates. */
  readonly queues: readonly (readonly Prepared[])[];
  readonly sent: number[];
  readonly watch: Watch;
}

/** Everything in flight, by update. */
export interface Watch {
  readonly sentAt: Map<string, number>;
  readonly left: Map<string, number>;
  readonly fanOut: number[];
  readonly ack: number[];
  /** client id → its updates that wait for an ack, oldest first. */
  readonly waiting: Map<number, { readonly end: number; readonly at: number }[]>;
}

export const createWatch = (): Watch => ({
  sentAt: new Map(),
  left: new Map(),
  fanOut: [],
  ack: [],
  waiting: new Map(),
});

export function hearingOf(watch: Watch): Hearing {
  return {
    update(key) {
      const at = watch.sentAt.get(key);
      if (at === undefined) return;
      const left = (watch.left.get(key) ?? 1) - 1;
      watch.left.set(key, left);
      if (left > 0) return;
      watch.fanOut.push(performance.now() - at);
      watch.sentAt.delete(key);
      watch.left.delete(key);
    },
    ack(client, clock) {
      const waiting = watch.waiting.get(client) ?? [];
      while (waiting[0] !== undefined && waiting[0].end <= clock) {
        watch.ack.push(performance.now() - (waiting.shift()?.at ?? 0));
      }
    },
  };
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

export async function drive(
  crowd: Crowd,
  options: {
    readonly rate: number;
    readonly seconds: number;
    readonly others: number;
    readonly acks: boolean;
    readonly server: ServerProcess;
  },
): Promise<Outcome> {
  const { rate, seconds, others, acks, server } = options;
  const busyBefore = await server.busy();
  const { clients, queues, sent, watch } = crowd;
  watch.fanOut.length = 0;
  watch.ack.length = 0;
  const total = rate * seconds;
  const began = performance.now();
  let done = 0;
  let turn = 0;
  while (done < total) {
    const due = Math.min(total, Math.floor(((performance.now() - began) / 1000) * rate));
    for (; done < due; done += 1) {
      const number = turn % clients.length;
      turn += 1;
      const prepared = queues[number]?.[sent[number] ?? 0];
      if (!prepared) throw new Error('not enough was prepared');
      sent[number] = (sent[number] ?? 0) + 1;
      const now = performance.now();
      watch.sentAt.set(prepared.key, now);
      watch.left.set(prepared.key, others);
      if (acks) {
        const waiting = watch.waiting.get(prepared.client) ?? [];
        waiting.push({ end: prepared.end, at: now });
        watch.waiting.set(prepared.client, waiting);
      }
      clients[number]?.send(prepared);
    }
    await pause(TICK_MS);
  }
  for (let waited = 0; waited < DRAIN_MS && watch.sentAt.size > 0; waited += 20) await pause(20);
  const missing = watch.sentAt.size;
  watch.sentAt.clear();
  watch.left.clear();
  const cost = ((await server.busy()) - busyBefore) / total;
  const fanOut = watch.fanOut.length === 0 ? Number.POSITIVE_INFINITY : quantile(watch.fanOut, 0.99);
  const ack = watch.ack.length === 0 ? null : quantile(watch.ack, 0.99);
  return { rate, fanOut, ack, missing, cost, sustained: missing === 0 && Math.max(fanOut, ack ?? 0) < SUSTAINED_MS };
}
