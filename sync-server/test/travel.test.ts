import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { patients, type Region, regions, roundedPlace, tables, travelCalibrations } from '@fieldfare/domain';
import { createRow, orgShard, patientsShard, seededRandom } from '@fieldfare/kernel';
import { createReplica, openJournal } from '@fieldfare/sync';
import { createMemoryFiles } from '@fieldfare/sync/memory';
import { openNodeFiles } from '@fieldfare/sync/node';
import { createFakeClock } from '@fieldfare/testkit';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createBudget } from '../src/travel/budget.ts';
import { createTravelDesk, reportRows } from '../src/travel/desk.ts';
import { mapsAccess } from '../src/travel/maps-access.ts';
import { createRouteMatrix } from '../src/travel/route-matrix.ts';
import { type FakeRoutes, ROUTES_KEY, startFakeRoutes } from './fake-routes.ts';
import { value } from './support.ts';

const clock = createFakeClock();
let routes: FakeRoutes;
let folder: string;
beforeAll(async () => {
  routes = await startFakeRoutes(clock.now);
  folder = mkdtempSync(join(tmpdir(), 'ff-travel-'));
});
afterAll(async () => {
  await routes.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Waits are kept instead of waited for; time moves on by them. */
let waits: number[] = [];
const sleep = async (ms: number): Promise<void> => {
  waits.push(ms);
  clock.advance(ms);
};
beforeEach(() => {
  waits = [];
});

const random = seededRandom(3);
const LIMITS = { perMinute: 3_000, perDay: 100_000 };
const somewhere = (count: number, seed = 1) => {
  const dice = seededRandom(seed);
  return Array.from({ length: count }, () => ({ lat: 45.2 + dice.float() / 2, lng: -75.9 + dice.float() / 2 }));
};
const departure = () => Math.floor(clock.now() / 60_000) + 1_440;
const matrixOf = (over: { limits?: typeof LIMITS; key?: string } = {}) =>
  createRouteMatrix({
    key: over.key ?? ROUTES_KEY,
    url: routes.url,
    budget: createBudget(over.limits ?? LIMITS, null),
    clock,
    random,
    sleep,
  });
const ruleOf = (result: { ok: boolean; problems?: readonly { rule?: string }[] }) => result.problems?.[0]?.rule;

describe('the maps service over a socket', () => {
  it('RTE-BATCH asks for each pair once, never more at once than the service takes, and puts the answers back in place', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 1, max: 60 }), async (origins, targets) => {
        const [from, to] = [somewhere(origins), somewhere(targets, 2)];
        const before = routes.elements();
        const drives = value(
          await matrixOf({ limits: { ...LIMITS, perMinute: 10_000 } }).ask({ from, to, departure: departure() }),
        );
        expect(routes.elements() - before).toBe(origins * targets);
        expect(new Set(drives.map((drive) => `${drive.from} ${drive.to}`)).size).toBe(origins * targets);
        const last = drives.find((drive) => drive.from === origins - 1 && drive.to === targets - 1);
        const asked = routes.asked.at(-1);
        const place = asked?.destinations.at(-1)?.waypoint.location.latLng;
        expect(place && { lat: place.latitude, lng: place.longitude }).toEqual(roundedPlace(to.at(-1) as never));
        expect(last?.seconds).toBe(Math.round(((last?.metres ?? 0) / 30) * 3.6));
      }),
      { numRuns: 12 },
    );
  });

  it('RTE-RETRY waits longer each time, or as long as it is told, and gives up in the end', async () => {
    const ask = () => matrixOf().ask({ from: somewhere(2), to: somewhere(2), departure: departure() });
    routes.refuse({ status: 429 }, { status: 503 }, { status: 429, headers: { 'retry-after': '7' } });
    expect(value(await ask())).toHaveLength(4);
    expect(waits).toHaveLength(3);
    expect(waits[0]).toBeGreaterThanOrEqual(1_000);
    expect(waits[1]).toBeGreaterThanOrEqual(2_000);
    expect(waits[2]).toBe(7_000);
    routes.hangUp(1);
    expect(value(await ask())).toHaveLength(4);
    waits = [];
    routes.refuse(...Array.from({ length: 5 }, () => ({ status: 429, headers: { 'retry-after': '3600' } })));
    expect(ruleOf(await ask())).toBe('RTE-RETRY');
    expect(waits).toEqual([60_000, 60_000, 60_000, 60_000]);
  });

  it('RTE-SHAPE refuses an answer it does not understand; a wrong key is not tried again', async () => {
    const question = { from: somewhere(1), to: somewhere(1), departure: departure() };
    for (const body of ['{"error":{}}', '[{"duration":"soon"}]', 'not json']) {
      routes.say(body);
      expect(ruleOf(await matrixOf().ask(question))).toBe('RTE-SHAPE');
    }
    routes.say(
      '[{"condition":"ROUTE_NOT_FOUND","duration":"0s"},{"originIndex":7,"duration":"5s"},{"status":{"code":5}}]',
    );
    expect(value(await matrixOf().ask(question))).toEqual([]);
    expect(ruleOf(await matrixOf({ key: 'wrong' }).ask(question))).toBe('RTE-RETRY');
    expect(waits).toEqual([]);
  });

  it('RTE-BUDGET waits for the next minute, and sends nothing that the day has no room for', async () => {
    const from = somewhere(25);
    const question = { from, to: from, departure: departure() };
    const matrix = matrixOf({ limits: { perMinute: 1_000, perDay: 1_400 } });
    value(await matrix.ask(question));
    value(await matrix.ask(question));
    expect(waits).toEqual([60_000]);
    const before = routes.elements();
    expect(ruleOf(await matrix.ask(question))).toBe('RTE-BUDGET');
    expect(ruleOf(await matrixOf({ limits: { perMinute: 10, perDay: 9_999 } }).ask(question))).toBe('RTE-BUDGET');
    expect(routes.elements()).toBe(before);
    clock.advance(24 * 60 * 60 * 1_000);
    value(await matrix.ask({ ...question, departure: departure() }));
  });
});

describe('calibrating a region', () => {
  const region: Region = {
    id: '0199a1d2-0000-7000-8000-000000000001',
    name: 'North',
    zone: 'America/Toronto',
    lat: 45.4,
    lng: -75.7,
    roadFactor: 1.2,
    speedKmhByHour: Array.from({ length: 24 }, () => 60),
  };

  async function openRegion() {
    const journal = value(
      await openJournal({ files: createMemoryFiles(), key: new Uint8Array(32), tenantId: 't', random }),
    );
    const replica = value(await createReplica({ tenantId: 't', journal, tables, clock, random, authority: true }));
    const shards = [orgShard, patientsShard(region.id), `region/${region.id}/roster`];
    value(await replica.load(shards));
    const people = somewhere(30, 9).map(({ lat, lng }, index) =>
      createRow(patients, {
        id: `0199a1d2-0000-7000-8000-1000000000${String(index).padStart(2, '0')}`,
        regionId: region.id,
        reference: `P-${index}`,
        givenName: 'Simone',
        familyName: 'Secret',
        birthDate: null,
        phone: '',
        address: '1 Main St',
        municipality: 'Ottawa',
        ...{ lat, lng },
        risk: 'low',
        status: 'active',
        notes: '',
      }),
    );
    value(await replica.commit([createRow(regions, region), ...people], '0199a1d2-0000-7000-8000-0000000000aa'));
    return replica;
  }

  const desk = (path: string) =>
    createTravelDesk({
      access: () => mapsAccess({ FIELDFARE_ROUTES_KEY: ROUTES_KEY, FIELDFARE_ROUTES_URL: routes.url }),
      openFiles: () => openNodeFiles(path),
      key: new Uint8Array(32).fill(7),
      ...{ clock, random, sleep },
    });

  it('finds the road factor and the speeds, asks once, adopts with the evidence, and keeps no place in clear', async () => {
    const replica = await openRegion();
    const path = join(folder, 'a');
    const before = routes.elements();
    const first = value(await desk(path).calibrate(replica, region.id, { limits: LIMITS, adopt: false }));
    expect(routes.elements() - before).toBe(24 * 24 * 5);
    expect(first).toMatchObject({ adopted: false, stopped: null, kept: 0 });
    expect(first.calibration.roadFactor).toBeCloseTo(1.5, 1);
    expect(first.calibration.figures.speed.morning.after).toBeCloseTo(30, 0);
    expect(first.calibration.better).toBe(true);
    expect(replica.row(orgShard, regions.name, region.id)?.fields).toMatchObject({ roadFactor: 1.2 });

    const again = value(await desk(path).calibrate(replica, region.id, { limits: LIMITS, adopt: true }));
    expect(again).toMatchObject({ asked: 0, kept: first.asked, adopted: true, calibration: first.calibration });
    expect(replica.row(orgShard, regions.name, region.id)?.fields).toMatchObject({
      roadFactor: again.calibration.roadFactor,
    });
    const [evidence] = [...replica.rows(orgShard, travelCalibrations.name)];
    expect(evidence?.fields).toMatchObject({ regionId: region.id, heldOut: again.calibration.heldOut });
    expect(reportRows(again).map(({ figure }) => figure)).toContain('adopted');
    // What is there is right by now: nothing to adopt a second time.
    expect(ruleOf(await desk(path).calibrate(replica, region.id, { limits: LIMITS, adopt: true }))).toBe('TRV-BETTER');

    const files = readdirSync(path).map((name) => readFileSync(join(path, name), 'latin1'));
    for (const text of files) expect(text).not.toMatch(/45\.\d{3}|Secret|Main St/);
    expect(JSON.stringify(routes.asked)).not.toMatch(/Secret|Main St|0199a1d2|P-\d/);
    clock.advance(31 * 24 * 60 * 60 * 1_000);
    const month = value(await desk(path).calibrate(replica, region.id, { limits: LIMITS, adopt: false }));
    expect(month).toMatchObject({ asked: first.asked, kept: 0 });
    await replica.close();
  });

  it('RTE-BUDGET keeps what was paid for, says why it stopped, and goes on the next day', async () => {
    const replica = await openRegion();
    const path = join(folder, 'b');
    const limits = { ...LIMITS, perDay: 2 * 576 };
    const today = value(await desk(path).calibrate(replica, region.id, { limits, adopt: false }));
    expect(today).toMatchObject({ kept: 0, stopped: 'the day’s budget for the maps service is spent' });
    expect(today.calibration.figures.speed.evening.kept).toBe('few');
    expect((await desk(path).calibrate(replica, region.id, { limits, adopt: false })).ok).toBe(true);
    clock.advance(24 * 60 * 60 * 1_000);
    const tomorrow = value(await desk(path).calibrate(replica, region.id, { limits, adopt: false }));
    expect(tomorrow).toMatchObject({ kept: today.asked, asked: today.asked });
    await replica.close();
  });

  it('RTE-KEY comes from the environment or a file, and is asked for when there is none', () => {
    expect(ruleOf(mapsAccess({}))).toBe('RTE-KEY');
    expect(ruleOf(mapsAccess({ FIELDFARE_ROUTES_KEY_FILE: join(folder, 'none') }))).toBe('RTE-KEY');
    const file = join(folder, 'routes.key');
    writeFileSync(file, 'from-a-file\n');
    expect(value(mapsAccess({ FIELDFARE_ROUTES_KEY_FILE: file }))).toEqual({ key: 'from-a-file' });
  });
});
