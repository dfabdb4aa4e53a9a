/** How much an update may ask of us. What a client sends is bound so that refusing it costs less than 50 ms (ADR 7). */
import { MAX_DRIFT_MS } from '@fieldfare/kernel';

export interface GuardLimits {
  /** Of an update that a client sends. */
  readonly maxUpdateBytes: number;
  /** Of an update that the server sends, or sent once and gets back. */
  readonly maxTrustedBytes: number;
  /** Structs, delete ranges and entries of a client's update, each. */
  readonly maxStructs: number;
  readonly maxTrustedStructs: number;
  /** New tombstones of a client's update, which cost it no bytes. */
  readonly maxTombstones: number;
  /** Client ids that an update may bring for the first time. */
  readonly maxNewClients: number;
  /** Tables of a shard, those included that this build does not know. */
  readonly maxTables: number;
  /** Steps that Yjs may take at most to find the places of an update's items. */
  readonly maxSteps: number;
  /** Entries of one row that have not seen each other. */
  readonly maxLive: number;
  readonly maxDriftMs: number;
  readonly maxTrustedDriftMs: number;
}

const KIB = 1024;

export const GUARD_LIMITS: GuardLimits = {
  maxUpdateBytes: 256 * KIB,
  maxTrustedBytes: 64 * KIB * KIB,
  maxStructs: 10_000,
  maxTrustedStructs: 1_000_000,
  maxTombstones: 1_000_000,
  maxNewClients: 64,
  maxTables: 256,
  maxSteps: 200_000,
  maxLive: 128,
  maxDriftMs: MAX_DRIFT_MS,
  maxTrustedDriftMs: 7 * 86_400_000,
};

/** The limits on the bytes of one update. */
export interface DecodeLimits {
  readonly bytes: number;
  readonly structs: number;
  readonly tombstones: number;
}

export const decodeLimits = (limits: GuardLimits, trusted: boolean): DecodeLimits =>
  trusted
    ? { bytes: limits.maxTrustedBytes, structs: limits.maxTrustedStructs, tombstones: Number.MAX_SAFE_INTEGER }
    : { bytes: limits.maxUpdateBytes, structs: limits.maxStructs, tombstones: limits.maxTombstones };
