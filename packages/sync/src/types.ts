/** Shapes that cross the seams of this package. Behaviour is specified where it is implemented. */
import type { AnyTable, Clock, Hlc, JsonValue, Problem, Random, Result, RowChange, ShardId } from '@fieldfare/kernel';
import type { GuardLimits } from './guard/limits.ts';
import type { PresenceState, Present } from './protocol/presence.ts';

/** One immutable element of a table's `Y.Array` in a shard. Short names: they are stored millions of times. */
export interface RowEntry {
  /** row key */
  readonly k: string;
  readonly f: Readonly<Record<string, JsonValue>>;
  /** stamp of each field in `f` */
  readonly s: Readonly<Record<string, Hlc>>;
  /** causal context: the highest `time-counter` of each node whose writes to this row the writer had seen */
  readonly c: Readonly<Record<string, string>>;
  /** user who wrote this entry */
  readonly by: string;
  /** nodes in `s` or `x` that are not this writer's own, with their users */
  readonly u?: Readonly<Record<string, string>>;
  /** table version */
  readonly v: number;
  /** candidates beside `f` that nobody has replaced: losers not settled yet, and equal values under other stamps */
  readonly x?: Readonly<Record<string, readonly (readonly [JsonValue, Hlc])[]>>;
}

export interface Sibling {
  readonly value: JsonValue;
  readonly stamp: Hlc;
  readonly by: string;
}

/** A row as every replica with the same entries sees it. */
export interface FoldedRow {
  readonly shard: ShardId;
  readonly table: string;
  readonly id: string;
  readonly version: number;
  /** Every field, unknown ones included; `deletedAt` too when set. */
  readonly fields: Readonly<Record<string, JsonValue>>;
  readonly stamps: Readonly<Record<string, Hlc>>;
  /** Who wrote the shown value of a field. */
  readonly authors: Readonly<Record<string, string>>;
  /** Fields with unsettled concurrent values that differ from the shown one. `deletedAt` here: edit against delete; the row stays visible. */
  readonly siblings: Readonly<Record<string, readonly Sibling[]>>;
  readonly deleted: boolean;
  /** Highest stamp in the row. */
  readonly stamp: Hlc;
}

export interface Touched {
  readonly origin: 'local' | 'remote' | 'load';
  readonly shard: ShardId;
  /** Table → row ids. */
  readonly rows: ReadonlyMap<string, ReadonlySet<string>>;
  /** The update, for broadcasting. Absent for `load`. */
  readonly update?: Uint8Array;
  /** Client → next clock after the update, for the clients it has structs of; when it was made or received just now. */
  readonly clocks?: ReadonlyMap<number, number>;
  /** Journal sequence; for `load`, of the shard's newest record, 0 when it has none. */
  readonly seq: number;
  /** With `load`: the shard has entered this epoch, and its document is another one. */
  readonly epoch?: number;
  /** Opaque handle passed to `receive`, so that a broadcaster can skip the sender. */
  readonly sender?: unknown;
}

export interface CommitReceipt {
  /** Stamp all fields of the commit carry. */
  readonly stamp: Hlc;
  readonly seq: number;
  /** What stood before, by change, in the order given: null for a row that was not there. The raw material of undo. */
  readonly before: readonly (FoldedRow | null)[];
}

/** Where an update comes from. */
export interface Source {
  /** The user it must be written by. Null: the server sends it, or it is proven that the server once held it. */
  readonly subject: string | null;
  /** The device that sends it, whose client ids it may continue. */
  readonly device?: string;
  /** The server's receipt for it, to be kept. */
  readonly seal?: Uint8Array;
  /** The epoch of the shard that the update belongs to; absent: the present one. */
  readonly epoch?: number;
  /** Opaque handle for `Touched`. */
  readonly sender?: unknown;
}

/** An update to be sent to the server. */
export interface Outgoing {
  readonly update: Uint8Array;
  /** The server's receipt, for an update that others wrote. */
  readonly seal?: Uint8Array;
}

/** What a restored server lost with an epoch. */
export interface LostEpoch {
  readonly epoch: number;
  /** In the order in which they came: what the server sent with its receipts, what was written here without. */
  readonly updates: readonly Outgoing[];
}

/** One of them at the server. */
export interface Returned {
  readonly update: Uint8Array;
  readonly from: Source;
}

/** What a compaction of the journal did. */
export interface CompactionReport {
  /** Shards that were rewritten. */
  readonly shards: number;
  /** Shards that were left as they are, and why. */
  readonly kept: readonly { readonly shard: ShardId; readonly problem: Problem }[];
  /** Shards whose document was begun anew. */
  readonly epochs: number;
  readonly bytesBefore: number;
  readonly bytesAfter: number;
}

/** Fetches the update that the snapshot of a shard's stream (epochs.ts) holds, with the server's receipt for it. */
export type Download = (stream: ShardId) => Promise<Result<Outgoing>>;

/** Brings the server what it lost of a shard's stream. */
export type GiveBack = (stream: ShardId, updates: readonly Outgoing[]) => Promise<Result<void>>;

export interface Replica {
  readonly tenantId: string;
  /** The Yjs client id that edits are made with from the opening on, and in base 36 its HLC node (sessions.ts). */
  readonly clientId: number;
  readonly node: string;
  /** Loads shards from the journal (empty when it has none). Loading twice is free. */
  load(shards: readonly ShardId[]): Promise<Result<void>>;
  loaded(): readonly ShardId[];
  /** Seq of the newest record of a shard that listeners were told of; 0 before it was first loaded. */
  reached(shard: ShardId): number;
  /** Frees documents; the journal keeps everything. */
  unload(shards: readonly ShardId[]): void;
  /**
   * Writes all changes or none: one durable journal batch, then the documents, then `onTouched`.
   * Resolves ok only when the batch is on stable storage. On a storage failure memory equals the journal again.
   */
  commit(changes: readonly RowChange[], by: string): Promise<Result<CommitReceipt>>;
  /**
   * A peer's update: guard, append, flush, apply, `onTouched`. Resolves ok once durable: with true when something in it was
   * new, perhaps as a part of what one sender's updates make together (receive.ts).
   */
  receive(shard: ShardId, update: Uint8Array, from: Source): Promise<Result<boolean>>;
  /**
   * Calls `send` once with what the holder of `held` lacks, in the order in which it must be taken: own edits, in one
   * update when it has at most `maxBytes`, else as they were written; and others' edits with their receipts. No commit to
   * the shard is under way while `send` runs.
   */
  offer(
    shard: ShardId,
    held: ReadonlyMap<number, number>,
    maxBytes: number,
    send: (outgoing: readonly Outgoing[]) => void,
  ): Promise<Result<void>>;
  row(shard: ShardId, table: string, id: string): FoldedRow | null;
  rows(shard: ShardId, table: string): Iterable<FoldedRow>;
  tables(shard: ShardId): readonly string[];
  /** Encoded Yjs state vector of what is durable. */
  stateVector(shard: ShardId): Uint8Array;
  /** Everything the holder of `stateVector` lacks, as one update. */
  diff(shard: ShardId, stateVector?: Uint8Array): Uint8Array;
  /** The epoch that the shard is in (epochs.ts). */
  epochOf(shard: ShardId): number;
  /**
   * On the server: begins the shard's document anew, in an epoch later than `after`. Problems: what stands cannot be carried
   * over whole, or the storage; the shard is in the epoch it was in then.
   */
  beginEpoch(shard: ShardId, after: number): Promise<Result<void>>;
  /**
   * Enters the server's epoch of a shard: `update` is its whole document there. What this device wrote and it lacks is
   * carried over and pending there, in the same durable step (carry.ts). An epoch that is not later changes nothing: false.
   */
  enterEpoch(shard: ShardId, epoch: number, whole: Outgoing): Promise<Result<boolean>>;
  /** On a laptop, what the present document has not seen of the epoch before it (lost-epoch.ts); null: nothing. */
  lostEpoch(shard: ShardId): Promise<Result<LostEpoch | null>>;
  /** At the server: takes back what stood in an epoch that it lost, of these updates of it. How many entries came back. `turn`: awaited now and then. */
  takeBack(
    shard: ShardId,
    epoch: number,
    updates: readonly Returned[],
    turn: () => Promise<void>,
  ): Promise<Result<number>>;
  /** The peer holds everything up to this state vector, durably. Remembered across restarts. */
  acknowledged(shard: ShardId, stateVector: ReadonlyMap<number, number>): void;
  /** The device's clock is this far ahead of the server's: from now on edits are stamped, and judged, by the server's. */
  correctClock(aheadMs: number): void;
  /** Local commits not covered by an acknowledgement, over all shards in the journal. */
  pending(): { readonly count: number; readonly shards: readonly ShardId[] };
  /** What is stored, without decrypting anything. */
  stored(): {
    readonly journal: ReturnType<Journal['stats']>;
    readonly shards: readonly {
      readonly shard: ShardId;
      readonly bytes: number;
      readonly frames: number;
      readonly pending: number;
      readonly epoch: number;
    }[];
  };
  /**
   * Rewrites the journal shard by shard, so that it holds the documents and no longer their history (compaction.ts).
   * Edits go on meanwhile; between shards `turn` lets others have the thread. Problems: of the storage; nothing is lost then, and the journal is as long as it was.
   */
  compact(turn: () => Promise<void>): Promise<Result<CompactionReport>>;
  /** `shard`: of that one only; without it, of all. */
  onTouched(listener: (touched: Touched) => void, shard?: ShardId): () => void;
  onPending(listener: () => void): () => void;
  /** Waits for what is under way and closes the journal. */
  close(): Promise<void>;
}

export interface ReplicaOptions {
  readonly tenantId: string;
  readonly journal: Journal;
  readonly tables: ReadonlyMap<string, AnyTable>;
  readonly clock: Clock;
  readonly random: Random;
  /** True on the server, whose acknowledgements others wait for: its own commits are never pending. */
  readonly authority?: boolean;
  /** On the server: whether a device is registered no more, so that its user may go on elsewhere with what it began. */
  readonly isDeviceGone?: (deviceId: string) => boolean;
  /** Bounds of received updates; `GUARD_LIMITS` when absent. */
  readonly limits?: GuardLimits;
}

/**
 * `local`, `remote`: a Yjs update made here or received; `ack`: an encoded state vector the peer holds durably;
 * `sealed`: a received update behind the server's receipt for it (replay.ts); `owner`: client ids of a device (owners.ts).
 */
export type RecordKind = 'local' | 'remote' | 'ack' | 'sealed' | 'owner';

export interface JournalRecord {
  readonly shard: ShardId;
  readonly kind: RecordKind;
  readonly bytes: Uint8Array;
}

export interface StoredRecord extends JournalRecord {
  readonly seq: number;
}

/** Damage found while opening or reading; the journal goes on without the damaged part. */
export interface JournalDamage {
  readonly kind: 'torn-tail' | 'corrupt-frame' | 'wrong-key';
  readonly file: string;
  readonly offset: number;
  readonly bytes: number;
  /** Known when the frame's header could still be read: fetch this shard again from the peer. */
  readonly shard: ShardId | null;
}

/** The append-only, checksummed, encrypted truth on disk. Frame format: journal/format.ts. */
export interface Journal {
  /**
   * Appends the records as one batch (after a crash all are there or none) and resolves when they are on stable
   * storage. Concurrent calls share one write and one flush (group commit), in call order.
   */
  append(records: readonly JournalRecord[]): Promise<Result<{ readonly firstSeq: number; readonly lastSeq: number }>>;
  /** Records of one shard in order of seq, decrypted. Damaged frames are skipped and reported in `damage()`. */
  read(shard: ShardId): Promise<Result<readonly StoredRecord[]>>;
  shards(): readonly ShardId[];
  lastSeq(): number;
  /**
   * Seq of a shard's newest record of each kind, 0 for none, told from frame heads without decrypting. A journal that
   * cannot tell leaves this out; the replica then reads every shard once to find what is pending.
   */
  heads?(shard: ShardId): Readonly<Record<RecordKind, number>>;
  /** Frames of a shard and their bytes on disk. A journal that cannot tell leaves this out. */
  size?(shard: ShardId): { readonly bytes: number; readonly frames: number };
  /**
   * The shard's records below this seq are contained in its later ones: they are not read again, and their segments are
   * removed as they become empty. A disk that takes no note of it gives them back at the next opening, which does no harm. Left
   * out: this journal only grows.
   */
  supersede?(shard: ShardId, below: number): Promise<Result<void>>;
  damage(): readonly JournalDamage[];
  stats(): { readonly bytes: number; readonly frames: number; readonly segments: number };
  close(): Promise<void>;
}

export type SyncState = 'offline' | 'connecting' | 'catching-up' | 'live' | 'refused';

export interface SyncStatus {
  readonly state: SyncState;
  /** Local commits the server has not durably acknowledged. */
  readonly pending: number;
  /** Epoch ms of the last moment when nothing was pending and the connection was live; null: never on this device. */
  readonly lastSyncedAt: number | null;
  /** Epoch ms of the next attempt while offline; null when none is planned. */
  readonly retryAt: number | null;
  /** Why it is offline or refused, in words for a person. */
  readonly reason: string | null;
  /** Shards the server refused, with its reason. */
  readonly refusedShards: readonly { readonly shard: ShardId; readonly reason: string }[];
}

/** The part of a WebSocket that the connection uses; browsers' and `ws`'s both have it. */
export interface SocketLike {
  binaryType: string;
  readonly bufferedAmount: number;
  send(data: Uint8Array): void;
  close(code?: number, reason?: string): void;
  onopen: (() => void) | null;
  onmessage: ((event: { data: unknown }) => void) | null;
  onclose: ((event: { code: number; reason: string }) => void) | null;
  onerror: (() => void) | null;
}

/** One shard as this device and the server stand to each other in it. */
export interface ShardReport {
  readonly shard: ShardId;
  readonly phase: 'wanted' | 'opening' | 'syncing' | 'synced' | 'refused';
  /** What the server grants; null before it has said. */
  readonly access: 'read' | 'write' | null;
  /** Local commits in it that the server does not hold durably. */
  readonly pending: number;
  /** Epoch ms at which the server last said that it holds edits of ours durably, since this connection was made. */
  readonly lastAckAt: number | null;
  /** Why the server does not take it, or not all of it. */
  readonly reason: string | null;
  /** In this device's journal. */
  readonly bytes: number;
  readonly frames: number;
  /** Epoch ms at which its document was begun anew; null: it is in its first epoch. */
  readonly begunAt: number | null;
  readonly loaded: boolean;
  readonly peers: readonly Present[];
}

/** An update or a shard that was turned down. */
export interface Refusal {
  readonly at: number;
  readonly shard: ShardId;
  readonly rule: string;
  readonly message: string;
}

/** What somebody who looks for a fault wants to see. Ids, counts and times: nothing about a patient. */
export interface SyncReport {
  readonly status: SyncStatus;
  readonly shards: readonly ShardReport[];
  /** The latest, newest first. */
  readonly refusals: readonly Refusal[];
  readonly journal: { readonly bytes: number; readonly frames: number; readonly segments: number };
}

export interface Connection {
  status(): SyncStatus;
  onStatus(listener: (status: SyncStatus) => void): () => void;
  /** Everything about the link and its shards, at this moment. */
  report(): SyncReport;
  /** Tells the others in the shard what is looked at here, now and after a lost link; null: nothing any more. */
  announce(shard: ShardId, state: PresenceState | null): void;
  /** The others in the shard who said what they look at. Nobody while there is no link. */
  present(shard: ShardId): readonly Present[];
  onPresent(listener: (shard: ShardId) => void): () => void;
  /** Keeps these shards in step in addition to those already followed. They are loaded into the replica as needed. */
  follow(shards: readonly ShardId[]): void;
  start(): void;
  /** Tries now instead of waiting for the back-off. */
  retryNow(): void;
  /** Drops the link and stays offline until `start`. */
  stop(): void;
}

export interface ConnectionOptions {
  readonly replica: Replica;
  /** ws:// or wss:// address of the server's `/sync`. */
  readonly url: string;
  readonly openSocket: (url: string) => SocketLike;
  /** Fetches most of a large shard that this laptop lacks; absent: all of it comes over the socket. */
  readonly download?: Download;
  /** Brings a restored server what it lost with an epoch; absent: only what this laptop's people wrote comes back from here. */
  readonly giveBack?: GiveBack;
  /** A fresh access token, or why there is none (`unauthenticated` refuses until a new sign-in; `offline` backs off). */
  readonly accessToken: () => Promise<Result<string>>;
  readonly clock: Clock;
  readonly random: Random;
  /** `setTimeout` of the platform, or of a simulator. Returns its cancel. */
  readonly setTimer: (run: () => void, ms: number) => () => void;
  /** This device, as the token names it; the server may check that they agree. */
  readonly deviceId?: string;
  /** Where an earlier session left off, epoch ms. */
  readonly lastSyncedAt?: number | null;
}
