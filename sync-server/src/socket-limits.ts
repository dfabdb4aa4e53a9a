/**
 * How much one socket, one person and one organisation may send, in frames and bytes. Whoever sends faster is read more
 * slowly: the socket is paused, TCP holds the sender back, and nothing is refused or lost.
 *
 *  SRV-RATE     frames and bytes flow at most as fast as `SocketLimits` says, by connection, user and tenant
 *  SRV-SOCKETS  at most so many sockets altogether, by user, and of callers who have not said yet who they are
 */
import type { Clock } from '@fieldfare/kernel';
import { PEER_LIMITS, type PeerLimits } from '@fieldfare/sync';
import { Bucket, createBuckets, type Rate } from './token-bucket.ts';

interface Flow {
  readonly frames: Rate;
  readonly bytes: Rate;
}

export interface SocketLimits {
  readonly peer: PeerLimits;
  readonly maxSockets: number;
  /** Upgraded and not yet welcomed. */
  readonly maxStrangers: number;
  readonly maxSocketsOfUser: number;
  readonly connection: Flow;
  readonly user: Flow;
  readonly tenant: Flow;
}

const MB = 1024 * 1024;
const flow = (frames: number, megabytes: number, seconds: number): Flow => ({
  frames: { perSecond: frames, burst: frames * seconds },
  bytes: { perSecond: megabytes * MB, burst: megabytes * MB * seconds },
});

/** A laptop that comes back after a week sends its edits in one burst; then it is a person who types. */
export const SOCKET_LIMITS: SocketLimits = {
  peer: PEER_LIMITS,
  maxSockets: 20_000,
  maxStrangers: 1_000,
  maxSocketsOfUser: 64,
  connection: flow(500, 8, 8),
  user: flow(1_000, 16, 8),
  tenant: flow(20_000, 64, 4),
};

export interface Meter {
  /** Takes frames and bytes; milliseconds until this sender may be read again, 0: at once. */
  take(frames: number, bytes: number): number;
}

export interface Meters {
  connection(): Meter;
  /** For everything its user and tenant send, over whichever socket. */
  account(userId: string, tenantId: string): Meter;
}

class FlowMeter implements Meter {
  readonly #frames: Bucket;
  readonly #bytes: Bucket;

  constructor(frames: Bucket, bytes: Bucket) {
    this.#frames = frames;
    this.#bytes = bytes;
  }

  take(frames: number, bytes: number): number {
    return Math.max(this.#frames.take(frames), this.#bytes.take(bytes));
  }
}

export function createMeters(limits: SocketLimits, clock: Clock): Meters {
  const metersOf = (flow: Flow): ((key: string) => Meter) => {
    const [frames, bytes] = [createBuckets(clock, flow.frames), createBuckets(clock, flow.bytes)];
    return (key) => new FlowMeter(frames.of(key), bytes.of(key));
  };
  const ofUser = metersOf(limits.user);
  const ofTenant = metersOf(limits.tenant);
  const { frames, bytes } = limits.connection;
  return {
    connection: () => new FlowMeter(new Bucket(clock, frames), new Bucket(clock, bytes)),
    // Asked for each time: buckets that are full are dropped meanwhile.
    account: (userId, tenantId) => ({
      take: (count, size) => Math.max(ofUser(userId).take(count, size), ofTenant(tenantId).take(count, size)),
    }),
  };
}
