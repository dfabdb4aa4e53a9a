/** The worker's face: a device session and the door for tRPC. Works wherever a `DevicePlatform` does. */
import type { Result } from '@fieldfare/kernel';
import { dispatch, dispatchSubscription } from './dispatch.ts';
import { serveLoopback } from './loopback.ts';
import { createDeviceSession, type DevicePlatform, type DeviceSession } from './session.ts';
import { timed } from './timeline.ts';
import type { WireError, WorkspaceHost } from './worker-api.ts';

const LOCKED: WireError = {
  message: 'the working copy is locked',
  code: -32001,
  data: {
    code: 'UNAUTHORIZED',
    httpStatus: 401,
    problems: [{ code: 'unauthenticated', message: 'the working copy is locked', rule: 'WSP-LOCKED' }],
  },
};

/**
 * A device whose directory another instance holds still gets a host: every session call answers with that problem,
 * so that the page can say it.
 */
export function createWorkspaceHost(platform: DevicePlatform): WorkspaceHost {
  let device: Promise<Result<DeviceSession>> | null = null;
  const session = async (): Promise<Result<DeviceSession>> => {
    device ??= createDeviceSession(platform);
    const result = await device;
    if (!result.ok) device = null; // the other instance may be gone at the next attempt
    return result;
  };
  const context = async () => {
    const result = await session();
    return result.ok ? result.value.context() : null;
  };
  return {
    async profiles() {
      const result = await session();
      return result.ok ? result.value.profiles() : [];
    },
    async signIn(input) {
      const result = await session();
      return result.ok ? result.value.signIn(input) : result;
    },
    async unlock(input) {
      const result = await session();
      return result.ok ? result.value.unlock(input) : result;
    },
    async lock() {
      const result = await session();
      if (result.ok) await result.value.lock();
    },
    async signOut() {
      const result = await session();
      if (result.ok) await result.value.signOut();
    },
    async session() {
      const result = await session();
      return result.ok ? result.value.session() : null;
    },
    async availability() {
      const result = await session();
      return result.ok ? { ok: true, value: undefined } : result;
    },
    async serveLoopback(port) {
      serveLoopback(port, context);
    },
    async request(op) {
      const ctx = await context();
      return ctx ? timed(op.path, dispatch(op, ctx)) : { ok: false, error: LOCKED };
    },
    async subscribe(op, port) {
      const ctx = await context();
      if (!ctx) {
        port.postMessage({ type: 'error', error: LOCKED });
        return;
      }
      const stopped = new AbortController();
      port.onmessage = () => {
        stopped.abort();
        port.close();
      };
      void dispatchSubscription(op, ctx, stopped.signal, (event) => port.postMessage(event));
    },
  };
}
