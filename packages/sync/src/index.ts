export { keepCompact } from './compaction.ts';
export { createConnection } from './connection/connection.ts';
export { GUARD_LIMITS, type GuardLimits } from './guard/limits.ts';
export { inspectUpdate, type UpdateFacts } from './guard.ts';
export * from './journal/journal.ts';
export * from './keyring.ts';
export { SEAL_BYTES } from './protocol/codec.ts';
export { CLOSE, decodeFrame, encodeControl, encodeShard, type Frame, PROTOCOL_VERSION } from './protocol/messages.ts';
export {
  type Authenticated,
  movedTo,
  PEER_LIMITS,
  type Peer,
  type PeerEvent,
  type PeerLimits,
  type PeerOptions,
  type Receipts,
  servePeer,
} from './protocol/peer.ts';
export { encodePresence, type PresenceState, type Present } from './protocol/presence.ts';
export { createRooms, type Rooms } from './protocol/rooms.ts';
export { yWebsocketPeer } from './protocol/y-websocket.ts';
export { createReplica } from './replica.ts';
export * from './types.ts';
