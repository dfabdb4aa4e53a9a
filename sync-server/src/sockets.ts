import type { Server } from 'node:http';
import type { Clock, Random } from '@fieldfare/kernel';
import type { Sessions } from './accounts/sessions.ts';
import type { OriginCheck } from './http/security.ts';
import type { LiveSessions } from './live-sessions.ts';
import type { Log } from './log.ts';
import type { Tenants } from './tenants.ts';

export interface Sockets {
  close(): Promise<void>;
}
export function openSockets(_options: {
  readonly server: Server;
  readonly sessions: Sessions;
  readonly tenants: Tenants;
  readonly live: LiveSessions;
  readonly origin: OriginCheck;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}): Sockets {
  return { async close() {} };
}
