/**
 * Random mutations of honest updates and of attacks, sent to a server that goes on working. What must hold whatever
 * comes (`pnpm soak guard`; a small dose in guard-campaign.test.ts):
 *
 *  - the guard answers, never throws, and a refusal names its rule and changes nothing: bytes, document, journal
 *  - what it takes, Yjs reads alike, and leaves nothing pending
 *  - no row that was there is gone, and nothing that an honest session wrote has become something else
 */
import { type JsonValue, nodeOf, seededRandom, unwrap } from '@fieldfare/kernel';
import { inspectUpdate } from '../src/guard.ts';
import { sameValue } from '../src/rows/json.ts';
import { createShardDoc } from '../src/rows/shard-doc.ts';
import { ATTACKS, armoury } from './attack-suite.ts';
import { change, create, type Desk, idOf, openDesk, REGION, SHARD, START, TABLES, WEEK } from './fixtures.ts';

export interface GuardCampaign {
  readonly mutations: number;
  readonly taken: number;
  /** Rule → how often it refused. */
  readonly refused: ReadonlyMap<string, number>;
  /** Laws that were broken, with the seed of their round; empty: none. */
  readonly broken: readonly string[];
  /** CPU of the dearest single judgement, and what it was. */
  readonly slowest: { readonly ms: number; readonly bytes: number; readonly rule: string };
}

/** Mutations a round: then a new organisation begins. */
const ROUND = 60;

type Dice = ReturnType<typeof dice>;
function dice(seed: number) {
  const random = seededRandom(seed);
  const below = (n: number): number => Math.floor(random.float() * n);
  return {
    below,
    chance: (p: number): boolean => random.float() < p,
    of: <T>(all: readonly T[]): T => all[below(all.length)] as T,
  };
}

export async function runGuardCampaign(options: {
  readonly seed: number;
  readonly rounds: number;
  readonly onRound?: (done: number) => void;
}): Promise<GuardCampaign> {
  const broken: string[] = [];
  const refused = new Map<string, number>();
  let [mutations, taken] = [0, 0];
  let slowest: GuardCampaign['slowest'] = { ms: 0, bytes: 0, rule: 'none' };
  for (let round = 0; round < options.rounds; round++) {
    const seed = options.seed + round;
    const world = await openWorld(seed);
    for (let n = 0; n < ROUND && broken.length < 5; n++) {
      const update = world.mutate();
      mutations += 1;
      const started = process.cpuUsage();
      const rule = await world.send(update, (law) => broken.push(`seed ${seed}, mutation ${n}: ${law}`));
      const { user, system } = process.cpuUsage(started);
      if (rule === null) taken += 1;
      else refused.set(rule, (refused.get(rule) ?? 0) + 1);
      const ms = (user + system) / 1000;
      if (ms > slowest.ms) slowest = { ms, bytes: update.length, rule: rule ?? 'taken' };
    }
    options.onRound?.(round + 1);
  }
  return { mutations, taken, refused, broken, slowest };
}

/** A server, two laptops that work, and somebody who sends what he likes. */
async function openWorld(seed: number) {
  const luck = dice(seed);
  const server = await openDesk(seed * 4, { authority: true });
  const honest = [await openDesk(seed * 4 + 1), await openDesk(seed * 4 + 2)] as const;
  /** `node field stamp` → what an honest session wrote under it. */
  const wrote = new Map<string, JsonValue>();
  const nodes = new Set(honest.map(({ replica }) => replica.node));
  const seeds: Uint8Array[] = [];

  const sent = async (desk: Desk, update: Uint8Array): Promise<void> => {
    unwrap(await server.replica.receive(SHARD, update, { subject: desk.user, device: desk.user }));
    seeds.push(update);
    for (const row of desk.replica.rows(SHARD, 'visits')) {
      for (const [field, stamp] of Object.entries(row.stamps)) {
        if (nodeOf(stamp) === desk.replica.node) wrote.set(`${row.id} ${field} ${stamp}`, row.fields[field] ?? null);
      }
    }
  };
  for (let n = 0; n < 6; n++) {
    const desk = luck.of(honest);
    const other = honest[desk === honest[0] ? 1 : 0];
    desk.clock.time += 1000;
    const row = luck.below(4);
    const set = { title: `t${n}`, ...(luck.chance(0.3) ? { minutes: 10 + n } : {}) };
    await sent(desk, await desk.commit(desk.row(row) === null ? create(row, set) : change(row, set)));
    if (luck.chance(0.6)) {
      const diff = server.replica.diff(SHARD, other.replica.stateVector(SHARD));
      unwrap(await other.replica.receive(SHARD, diff, { subject: null }));
    }
  }
  const state = server.replica.diff(SHARD);
  seeds.push(state);
  const weapons = armoury({
    root: 't:visits',
    fields: { regionId: REGION, week: WEEK, title: 't', start: null, minutes: 30, doneAt: null },
    place: { regionId: REGION, week: WEEK },
    otherPlace: { week: '2026-W41' },
    rowId: idOf,
    state,
    victim: honest[0].replica.clientId,
    subject: 'attacker',
    client: 3_000_000 + luck.below(1000),
    now: START,
  });
  const honestForm = [weapons.pushed(weapons.entry()), weapons.pushed(weapons.entry({ k: idOf(77) }))];
  for (const row of Array.from({ length: 4 }, (_, n) => n)) honestForm.push(replacement(weapons, row));

  function mutate(): Uint8Array {
    if (luck.chance(0.15)) return luck.of(ATTACKS)[1](weapons);
    let bytes = luck.of(luck.chance(0.6) ? honestForm : seeds);
    for (let times = 1 + luck.below(3); times > 0; times--) bytes = mutated(bytes, luck, seeds);
    return bytes;
  }

  const rowsNow = (): Map<string, Set<string>> =>
    new Map([...server.replica.rows(SHARD, 'visits')].map((row) => [row.id, new Set(Object.keys(row.fields))]));

  /** The rule that refused it, null when it was taken. */
  async function send(update: Uint8Array, found: (law: string) => void): Promise<string | null> {
    const before = server.replica.diff(SHARD);
    const stored = server.journal.stored.length;
    const rows = rowsNow();
    let result: Awaited<ReturnType<typeof server.replica.receive>>;
    try {
      result = await server.replica.receive(SHARD, update, { subject: 'attacker', device: 'attacker' });
    } catch (error) {
      found(`it threw ${String(error)}`);
      return 'threw';
    }
    if (!result.ok) {
      const { rule } = result.problems[0];
      if (rule?.startsWith('SYN-GUARD-') !== true) found(`refused by ${String(rule)}`);
      if (!equal(server.replica.diff(SHARD), before)) found(`refused by ${rule}, but the document changed`);
      if (server.journal.stored.length !== stored) found(`refused by ${rule}, but the journal grew`);
      return rule ?? 'none';
    }
    const copy = createShardDoc(SHARD, () => () => 'latest');
    copy.apply([before, update]);
    if (copy.incomplete()) found('taken, and left something pending');
    if (!equal(copy.stateVector(), server.replica.stateVector(SHARD))) found('taken, and read otherwise by Yjs');
    copy.destroy();
    const after = rowsNow();
    for (const [id, fields] of rows) {
      for (const field of fields) if (after.get(id)?.has(field) !== true) found(`${id} lost ${field}`);
    }
    for (const row of server.replica.rows(SHARD, 'visits')) {
      for (const [field, stamp] of Object.entries(row.stamps)) {
        if (!nodes.has(nodeOf(stamp))) continue;
        const known = wrote.get(`${row.id} ${field} ${stamp}`);
        if (known === undefined || !sameValue(known, row.fields[field] ?? null)) found(`${field} was forged`);
        if (row.authors[field] === 'attacker') found(`${field} of an honest session is said to be the attacker's`);
      }
    }
    return null;
  }
  return { mutate, send };
}

/** An honest replacement of a row, as the attacker could make one; the bare update when the row is not there. */
function replacement(weapons: ReturnType<typeof armoury>, row: number): Uint8Array {
  return weapons.plain((doc) => {
    const rows = doc.getArray<Record<string, unknown>>(weapons.root);
    const at = rows.toArray().findIndex(({ k }) => k === idOf(row));
    const old = rows.get(at === -1 ? 0 : at);
    const { f, s, c, u, by } = old as Record<string, Record<string, unknown>>;
    rows.delete(at === -1 ? 0 : at, 1);
    const stamp = `${weapons.moment()}-${weapons.node}`;
    const writers = Object.fromEntries(Object.values(s ?? {}).map((each) => [nodeOf(String(each)), by]));
    rows.push([
      {
        ...old,
        f: { ...f, title: 'hacked' },
        s: { ...s, title: stamp },
        c: { ...c, [weapons.node]: weapons.moment() },
        u: { ...writers, ...u },
        by: weapons.subject,
      },
    ]);
  });
}

const equal = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;

function mutated(bytes: Uint8Array, luck: Dice, others: readonly Uint8Array[]): Uint8Array {
  const at = luck.below(bytes.length + 1);
  switch (luck.below(7)) {
    case 0: // flip a bit
      return bytes.map((byte, i) => (i === at ? byte ^ (1 << luck.below(8)) : byte));
    case 1: // another byte
      return bytes.map((byte, i) => (i === at ? luck.below(256) : byte));
    case 2: // a number one more or less
      return bytes.map((byte, i) => (i === at ? byte + (luck.chance(0.5) ? 1 : -1) : byte));
    case 3: // cut
      return bytes.slice(0, at);
    case 4: // bytes more
      return join(
        bytes.subarray(0, at),
        Uint8Array.from({ length: 1 + luck.below(4) }, () => luck.below(256)),
        bytes.subarray(at),
      );
    case 5: // bytes less
      return join(bytes.subarray(0, at), bytes.subarray(at + 1 + luck.below(4)));
    default: {
      // the head of one, the tail of another
      const other = luck.of(others);
      return join(bytes.subarray(0, at), other.subarray(luck.below(other.length)));
    }
  }
}

function join(...parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** CPU of judging attacks and ordinary updates alone, warmed up: what `pnpm soak guard` prints. */
export async function measureGuard(
  times: number,
): Promise<readonly { readonly what: string; readonly bytes: number; readonly ms: number }[]> {
  const desk = await openDesk(1, { authority: true });
  await desk.commit(create(0));
  const writer = await openDesk(2);
  const state = desk.replica.diff(SHARD);
  const weapons = armoury({
    root: 't:visits',
    fields: { regionId: REGION, week: WEEK, title: 't', start: null, minutes: 30, doneAt: null },
    place: { regionId: REGION, week: WEEK },
    otherPlace: { week: '2026-W41' },
    rowId: idOf,
    state,
    victim: desk.replica.clientId,
    subject: 'user-2',
    client: 4_000_000,
    now: START,
  });
  const known = createShardDoc(SHARD, () => () => 'latest');
  known.apply([state]);
  const ordinary = await writer.commit(create(5));
  const cases = [
    ...ATTACKS.map(([what, make]) => ({ what, update: make(weapons) })),
    { what: 'an ordinary edit', update: ordinary },
  ];
  const context = { shard: SHARD, known, tables: TABLES, subject: 'user-2', clock: desk.clock } as const;
  return cases.map(({ what, update }) => {
    const judge = (): unknown =>
      inspectUpdate(update, { ...context, ownerOf: (client) => (client === weapons.victim ? 'other' : 'nobody') });
    for (let n = 0; n < times; n++) judge();
    const started = process.cpuUsage();
    for (let n = 0; n < times; n++) judge();
    const { user, system } = process.cpuUsage(started);
    return { what, bytes: update.length, ms: (user + system) / 1000 / times };
  });
}
