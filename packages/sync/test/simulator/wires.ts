/** How the laptops reach the server: sockets whose promises are written down, and giving back over HTTP. */
import { fail, ok, problem, type Result, type ShardId } from '@fieldfare/kernel';
import * as Y from 'yjs';
import { placeOfStream, streamOf } from '../../src/epochs.ts';
import { spanOf } from '../../src/join.ts';
import { takeBackLost } from '../../src/lost-epoch.ts';
import { decodeFrame } from '../../src/protocol/messages.ts';
import { servePeer } from '../../src/protocol/peer.ts';
import type { Outgoing, SocketLike } from '../../src/types.ts';
import type { Clocks, Write } from './history.ts';
import type { Promised } from './laws.ts';
import { type Machine, type Session, TENANT } from './machine.ts';
import { createLink, type Link } from './network.ts';
import { RECEIPTS } from './receipts.ts';
import type { Run } from './run.ts';

export interface Wires {
  dial(from: Machine, session: Session): SocketLike;
  /** As over HTTP: it may get there or not, and the answer may not come back. */
  giveBack(from: Machine, session: Session, stream: ShardId, updates: readonly Outgoing[]): Promise<Result<undefined>>;
}

export function createWires(run: Run): Wires {
  const { world, plan, dice, server, clients, links, cutOff, told, promised } = run;
  const { timeline, history, model } = world;

  /** Writes of one session. */
  function holdsSeveral(update: Uint8Array): boolean {
    const span = spanOf(update);
    if (span === null) return false;
    const inIt = ({ client, start, end }: Write): boolean =>
      client === span.client && start >= span.from && end <= span.end && start < end;
    return history.writes.filter(inIt).length > 1;
  }

  /** What the server says it holds durably, as it says it. */
  function listen(link: Link): void {
    /** Channel → shard, and once it is open, stream. */
    const channels = new Map<number, ShardId>();
    link.onSend = (from, bytes) => {
      const frame = decodeFrame(bytes);
      if (!frame.ok) return;
      if ('control' in frame.value) {
        const { control } = frame.value;
        if (from === 'client' && control.type === 'open') channels.set(control.channel, control.shard);
        if (from === 'server' && control.type === 'opened') {
          const { shard } = placeOfStream(channels.get(control.channel) ?? '');
          channels.set(control.channel, streamOf(shard, control.epoch));
        }
        return;
      }
      const shard = channels.get(frame.value.channel);
      const message = frame.value.shard;
      if (from === 'client' && message.type === 'update' && holdsSeveral(message.update)) run.together += 1;
      if (from === 'client' || shard === undefined) return;
      const clocks =
        message.type === 'ack'
          ? message.clocks
          : message.type === 'step1'
            ? Y.decodeStateVector(message.stateVector)
            : new Map<number, number>();
      for (const known of [told, promised]) note(known, shard, clocks);
    };
  }

  function dial(from: Machine, session: Session): SocketLike {
    const faults = { repeat: run.calm ? 0 : plan.repeat, garble: run.calm ? 0 : plan.garble };
    const link = createLink({ timeline, dice, faults, clientOwner: session });
    links.add({ link, from });
    if (cutOff.has(from)) {
      if (dice.chance(0.5)) link.cut(3000);
      else link.silence('both');
      return link.client;
    }
    listen(link);
    timeline.after(dice.between(1, 150), () => {
      const process = server.session;
      const { replica } = process ?? {};
      if (process === null || replica === null || replica === undefined) {
        link.cut(500);
        return;
      }
      link.accept(process);
      servePeer({
        socket: link.server,
        authenticate: async (token) => {
          const [name = '', until = ''] = token.split(' ');
          const machine = clients.find((client) => client.name === name);
          if (machine === undefined) return fail(problem('unauthenticated', 'no such token'));
          return ok({
            tenantId: TENANT,
            userId: machine.user,
            deviceId: machine.name,
            name: machine.user,
            roles: [{ role: 'coordinator' as const, regionIds: [model.regionId] }],
            ...(until === '' ? {} : { expiresAt: Number(until) }),
          });
        },
        openTenant: async () => ok(replica),
        receipts: () => (world.seams.receipts === false ? null : RECEIPTS),
        clock: server.clock,
        setTimer: (callback, ms) => timeline.after(ms, callback, process),
      });
      link.open();
    });
    return link.client;
  }

  async function giveBack(from: Machine, session: Session, stream: ShardId, updates: readonly Outgoing[]) {
    const lost = fail(problem('offline', 'no network'));
    await timeline.sleep(dice.between(5, 300), session);
    const replica = server.session?.replica;
    if (!replica || cutOff.has(from) || world.seams.giveBack === false) return lost;
    const giver = { subject: from.user, device: from.name };
    const turn = (): Promise<void> => Promise.resolve();
    const taken = await takeBackLost(replica, RECEIPTS, giver, stream, updates, turn);
    world.note(`${from.name} gives back ${stream.slice(-16)}: ${taken.ok ? taken.value : taken.problems[0].message}`);
    await timeline.sleep(dice.between(5, 300), session);
    return taken.ok && !cutOff.has(from) ? ok(undefined) : lost;
  }

  return { dial, giveBack };
}

function note(promised: Promised, shard: ShardId, clocks: Clocks): void {
  const known = promised.get(shard) ?? new Map<number, number>();
  promised.set(shard, known);
  for (const [client, clock] of clocks) known.set(client, Math.max(known.get(client) ?? 0, clock));
}
