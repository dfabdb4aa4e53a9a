/** What a peer is given: its limits, whom it asks, and whom it tells. */
import type { Clock, Principal, Result, ShardAccess, ShardId, ShardRef } from '@fieldfare/kernel';
import { GUARD_LIMITS } from '../guard/limits.ts';
import type { Replica, SocketLike } from '../types.ts';
import type { Rooms } from './rooms.ts';

export interface PeerLimits {
  readonly preAuthMs: number;
  readonly maxFrameBytes: number;
  readonly maxUpdateBytes: number;
  readonly maxChannels: number;
  /** Of a state vector: it takes far more memory than bytes. */
  readonly maxStateBytes: number;
  readonly maxBufferedBytes: number;
  /** A state answer waits until less than this is buffered. */
  readonly resumeBufferedBytes: number;
  /** Received and not yet durable. */
  readonly maxInFlightBytes: number;
  /** A client that says nothing for this long is gone: it pings far more often. */
  readonly silentMs: number;
}

export const PEER_LIMITS: PeerLimits = {
  preAuthMs: 5_000,
  maxFrameBytes: 8 * 1024 * 1024 + 1024,
  maxUpdateBytes: GUARD_LIMITS.maxUpdateBytes,
  maxChannels: 1024,
  maxStateBytes: 512 * 1024,
  maxBufferedBytes: 4 * 1024 * 1024,
  resumeBufferedBytes: 1024 * 1024,
  maxInFlightBytes: 32 * 1024 * 1024,
  silentMs: 60_000,
};

/** For logs and counters. Ids, rules and sizes only: nothing about a patient. */
export interface PeerEvent {
  readonly type: 'welcomed' | 'opened' | 'refused' | 'stored' | 'moved-on' | 'closed';
  readonly tenantId?: string;
  readonly userId?: string;
  readonly deviceId?: string;
  readonly shard?: ShardId;
  readonly rule?: string;
  readonly bytes?: number;
  readonly code?: number;
  /** From an update's arrival to its durable ack. */
  readonly ms?: number;
}

/**
 * Proof that the server once held an update: a MAC over shard and bytes, under a key that stays on the server and is the
 * tenant's own. A restored server must have the same key.
 */
export interface Receipts {
  /** SEAL_BYTES long. */
  seal(shard: ShardId, update: Uint8Array): Uint8Array;
  holds(shard: ShardId, update: Uint8Array, seal: Uint8Array): boolean;
}

/** Who a token speaks for, and until when (epoch ms). */
export type Authenticated = Principal & { readonly expiresAt?: number };

export interface PeerOptions {
  /** Already open. `ws` sockets fit: `socket as unknown as SocketLike`. */
  readonly socket: SocketLike;
  readonly authenticate: (token: string) => Promise<Result<Authenticated>>;
  readonly openTenant: (tenantId: string) => Promise<Result<Replica>>;
  /** Where this tenant's peers meet; asked once its replica is open. Absent: no presence. */
  readonly rooms?: () => Rooms | null;
  readonly access?: (principal: Principal, shard: ShardRef) => ShardAccess;
  /** This tenant's, asked once its replica is open. Absent: nothing is sealed, and nothing taken on a seal's word. */
  readonly receipts?: () => Receipts | null;
  readonly limits?: Partial<PeerLimits>;
  readonly clock: Clock;
  readonly setTimer: (run: () => void, ms: number) => () => void;
  readonly onEvent?: (event: PeerEvent) => void;
}
