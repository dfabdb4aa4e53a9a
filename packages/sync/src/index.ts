export { createConnection } from './connection/connection.ts';
export { GUARD_LIMITS, type GuardLimits, inspectUpdate, type UpdateFacts } from './guard.ts';
export * from './journal/journal.ts';
export * from './keyring.ts';
export { CLOSE, decodeFrame, encodeControl, encodeShard, PROTOCOL_VERSION } from './protocol/messages.ts';
export {
  type Authenticated,
  PEER_LIMITS,
  type Peer,
  type PeerEvent,
  type PeerLimits,
  type PeerOptions,
  servePeer,
} from './protocol/peer.ts';
export { createReplica } from './replica.ts';
export * from './types.ts';
