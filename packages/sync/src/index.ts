export { keepCompact } from './compaction.ts';
export { createConnection } from './connection/connection.ts';
export { createOutlet } from './connection/outlet.ts';
export { epochTime, FIRST_EPOCH, placeOfStream, streamOf } from './epochs.ts';
export { createGiveBack, LOST_EPOCH_PATH, LOST_EPOCH_TYPE } from './give-back.ts';
export { GUARD_LIMITS, type GuardLimits } from './guard/limits.ts';
export { inspectUpdate, type UpdateFacts } from './guard.ts';
export { spanOf } from './join.ts';
export * from './journal/journal.ts';
export * from './keyring.ts';
export { decodeLost, MAX_LOST_BYTES, takeBackLost } from './lost-epoch.ts';
export { SEAL_BYTES } from './protocol/codec.ts';
export { CLOSE, decodeFrame, encodeControl, encodeShard, type Frame, PROTOCOL_VERSION } from './protocol/messages.ts';
export { movedTo, type Peer, servePeer } from './protocol/peer.ts';
export {
  type Authenticated,
  PEER_LIMITS,
  type PeerEvent,
  type PeerLimits,
  type PeerOptions,
  type Receipts,
} from './protocol/peer-options.ts';
export { encodePresence, type PresenceState, type Present } from './protocol/presence.ts';
export { createRooms, type Rooms } from './protocol/rooms.ts';
export { yWebsocketPeer } from './protocol/y-websocket.ts';
export { sealedBytes } from './replay.ts';
export { createReplica } from './replica.ts';
export { createDownload } from './snapshot/download.ts';
export { digestOf, etagOf, SNAPSHOT_PATH } from './snapshot/format.ts';
export * from './types.ts';
