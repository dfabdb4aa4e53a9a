/**
 * What the page may ask of the worker, over comlink: the session's life, and one door for tRPC. Everything about
 * the data itself is a procedure of the router, never a method here.
 */
import type { Principal, Result } from '@fieldfare/kernel';

/** A working copy on this device. Holds nothing about patients. */
export interface Profile {
  readonly id: string;
  readonly serverUrl: string;
  readonly login: string;
  readonly name: string;
  readonly organisation: string;
  readonly synthetic: boolean;
}

export interface SessionInfo {
  readonly profile: Profile;
  readonly principal: Principal;
  /** True when the session was opened without the server. */
  readonly offline: boolean;
}

export interface RequestOp {
  readonly type: 'query' | 'mutation' | 'subscription';
  readonly path: string;
  readonly input: unknown;
}

/** tRPC's error shape as the router's formatter makes it. */
export interface WireError {
  readonly message: string;
  readonly code: number;
  readonly data: Record<string, unknown>;
}

export type WireResult =
  | { readonly ok: true; readonly data: unknown }
  | { readonly ok: false; readonly error: WireError };

export type WireEvent =
  | { readonly type: 'data'; readonly data: unknown }
  | { readonly type: 'error'; readonly error: WireError }
  | { readonly type: 'end' };

export interface WorkspaceHost {
  /** Ok, or why this instance cannot use the device: `busy` when another window has it. May be asked again. */
  availability(): Promise<Result<void>>;
  /** Working copies on this device, latest used first. */
  profiles(): Promise<readonly Profile[]>;
  /** Signs in at the server, makes or opens the working copy and starts syncing. */
  signIn(input: {
    readonly serverUrl: string;
    readonly login: string;
    readonly password: string;
    readonly deviceName: string;
  }): Promise<Result<SessionInfo>>;
  /** Opens an existing working copy with its password, with or without a network. */
  unlock(input: { readonly profileId: string; readonly password: string }): Promise<Result<SessionInfo>>;
  /** Closes the working copy and forgets its key. Waits for writes under way. */
  lock(): Promise<void>;
  /**
   * Locks, and gives the saved session back to the server: the next opening needs a sign-in. Unsent edits stay sealed
   * on the device until then.
   */
  signOut(): Promise<void>;
  /** The open session, null when locked. */
  session(): Promise<SessionInfo | null>;
  request(op: RequestOp): Promise<WireResult>;
  /** Sends `WireEvent`s on `port` until the subscription ends or the port says `stop`. */
  subscribe(op: RequestOp, port: MessagePort): Promise<void>;
  /** Answers companion tools' requests that the desktop shell sends over this port. */
  serveLoopback(port: MessagePort): Promise<void>;
}
