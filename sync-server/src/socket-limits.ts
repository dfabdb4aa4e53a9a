/**
 * How much one socket, one person and one organisation may send, in frames and bytes. Whoever sends faster is read more
 * slowly: the socket is paused, TCP holds the sender back, and nothing is refused or lost.
 *
 *  SRV-RATE     frames and bytes flow at most as fast as `SocketLimits` says, by connection, user and tenant
 *  SRV-SOCKETS  at most so many sockets altogether, by user, and of callers who have not said yet who they are
 */
import type { Clock } from '@fieldfare/kernel';
import { PEER_LIMITS, type PeerLimits } from '@fieldfare/sync';
import { type Bucket, createBucket, createBuckets, type Rate } from './token-bucket.ts';

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

/** Takes frames and bytes; milliseconds until this sender may be read again, 0: at once. */
export type Meter = (frames: number, bytes: number) => number;

export interface Meters {
  connection(): Meter;
  /** For everything its user and tenant send, over whichever socket. */
  account(userId: string, tenantId: string): Meter;
}

export function createMeters(limits: SocketLimits, clock: Clock): Meters {
  const users = { frames: createBuckets(clock, limits.user.frames), bytes: createBuckets(clock, limits.user.bytes) };
  const tenants = {
    frames: createBuckets(clock, limits.tenant.frames),
    bytes: createBuckets(clock, limits.tenant.bytes),
  };
  const both =
    (frames: Bucket, bytes: Bucket): Meter =>
    (count, size) =>
      Math.max(frames.take(count), bytes.take(size));
  return {
    connection: () => both(createBucket(clock, limits.connection.frames), createBucket(clock, limits.connection.bytes)),
    account: (userId, tenantId) => (count, size) =>
      Math.max(
        both(users.frames.of(userId), users.bytes.of(userId))(count, size),
        both(tenants.frames.of(tenantId), tenants.bytes.of(tenantId))(count, size),
      ),
  };
}
