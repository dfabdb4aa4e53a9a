import { seededRandom } from '@fieldfare/kernel';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { answerKey, askedDeparture, DAY_PARTS, dayPartOf, roundedPlace, type TravelAnswer } from './answers.ts';
import { calibrate } from './calibrate.ts';
import { straightLineMetres } from './model.ts';

const zone = 'America/Toronto';
const region = { zone, roadFactor: 1.3, speedKmhByHour: Array.from({ length: 24 }, () => 45) };
const PLANTED = { night: 60, morning: 32, day: 44, afternoon: 30, evening: 48 };

interface Planted {
  readonly seed: number;
  readonly places?: number;
  readonly roadFactor?: number;
  /** Share of answers that are far off: a ferry, a coordinate in the river. */
  readonly wild?: number;
  readonly speed?: Readonly<Record<keyof typeof PLANTED, number>>;
}

function answersOf({ seed, places = 14, roadFactor = 1.42, wild = 0, speed = PLANTED }: Planted): TravelAnswer[] {
  const random = seededRandom(seed);
  const all = Array.from({ length: places }, () =>
    roundedPlace({ lat: 45.2 + 0.4 * random.float(), lng: -76 + 0.6 * random.float() }),
  );
  return all.flatMap((from) =>
    all.flatMap((to) =>
      DAY_PARTS.map((part): TravelAnswer => {
        const metres = straightLineMetres(from, to) * roadFactor * (0.92 + 0.16 * random.float());
        const off = random.float() < wild ? 2 + 3 * random.float() : 1;
        return { from, to, part, metres: metres * off, seconds: (metres / speed[part]) * 3.6 * off };
      }),
    ),
  );
}

describe('calibration from a maps service’s answers', () => {
  it('finds planted figures again, a tenth of the answers far off or not, and does better on what it has not seen', () => {
    fc.assert(
      fc.property(
        fc.integer(),
        fc.double({ min: 1.15, max: 1.8, noNaN: true }),
        fc.constantFrom(0, 0.1),
        (seed, roadFactor, wild) => {
          const found = calibrate(region, answersOf({ seed, roadFactor, wild }));
          expect(Math.abs(found.roadFactor - roadFactor) / roadFactor).toBeLessThan(0.05);
          for (const part of DAY_PARTS) {
            const { after, kept } = found.figures.speed[part];
            expect(kept).toBeNull();
            expect(Math.abs(after - PLANTED[part]) / PLANTED[part]).toBeLessThan(0.08);
          }
          expect(
            found.speedKmhByHour.map((speed, hour) => speed === found.figures.speed[dayPartOf(hour)].after),
          ).toEqual(Array.from({ length: 24 }, () => true));
          const { before, after } = found.errors ?? {};
          expect(after?.median).toBeLessThan(before?.median ?? 0);
          if (wild === 0) expect(found.better).toBe(true);
        },
      ),
      { numRuns: 25 },
    );
  });

  it('is the same whatever order the answers come in, and however often', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const answers = answersOf({ seed, places: 10 });
        const again = [...answers.toReversed(), ...answers.slice(0, 20)];
        expect(calibrate(region, again)).toEqual(calibrate(region, answers));
      }),
      { numRuns: 10 },
    );
  });

  it('TRV-FEW keeps every figure without answers, and a part’s speed with answers of other parts alone', () => {
    const none = calibrate(region, []);
    expect(none).toMatchObject({ roadFactor: 1.3, speedKmhByHour: region.speedKmhByHour, errors: null, better: false });
    const morning = answersOf({ seed: 1 }).filter(({ part }) => part === 'morning');
    const { figures, speedKmhByHour } = calibrate(region, morning);
    expect(figures.speed.morning.kept).toBeNull();
    expect(figures.speed.day.kept).toBe('few');
    expect(speedKmhByHour[7]).toBe(figures.speed.morning.after);
    expect(speedKmhByHour[12]).toBe(45);
  });

  it('TRV-BOUNDS does not believe what no road network has', () => {
    fc.assert(
      fc.property(fc.integer(), fc.constantFrom(0.5, 2.6), fc.constantFrom(3, 400), (seed, roadFactor, kmh) => {
        const speed = { night: kmh, morning: kmh, day: kmh, afternoon: kmh, evening: kmh };
        const found = calibrate(region, answersOf({ seed, roadFactor, speed, places: 10 }));
        expect(found.figures.roadFactor).toMatchObject({ after: 1.3, kept: 'bounds' });
        expect(found.figures.speed.day).toMatchObject({ after: 45, kept: 'bounds' });
      }),
      { numRuns: 10 },
    );
  });

  it('TRV-BETTER says no of figures that are right already', () => {
    const right = {
      ...region,
      roadFactor: 1.42,
      speedKmhByHour: Array.from({ length: 24 }, (_, h) => PLANTED[dayPartOf(h)]),
    };
    const same = calibrate(right, answersOf({ seed: 5 }));
    expect(same.errors?.after.median).toBeLessThan(2);
    expect(calibrate({ ...right, ...same }, answersOf({ seed: 5 })).better).toBe(false);
  });
});

describe('what is asked', () => {
  it('TRV-ROUND keeps three decimals, and one key for all that round alike', () => {
    fc.assert(
      fc.property(
        fc.double({ min: -89, max: 89, noNaN: true }),
        fc.double({ min: -179, max: 179, noNaN: true }),
        (lat, lng) => {
          const place = roundedPlace({ lat, lng });
          expect(Number(place.lat.toFixed(3))).toBe(place.lat);
          expect(Math.abs(place.lat - lat)).toBeLessThanOrEqual(0.000_51);
          const key = answerKey({ from: place, to: { lat, lng }, part: 'day' });
          expect(key).toBe(answerKey({ from: { lat, lng }, to: place, part: 'day' }));
        },
      ),
    );
  });

  it('TRV-PARTS a coming Tuesday, at an hour of that part', () => {
    for (const now of ['2026-11-23T12:00:00Z', '2026-11-24T03:00:00Z', '2026-11-24T23:00:00Z']) {
      for (const part of DAY_PARTS) {
        const departure = askedDeparture(part, Date.parse(now), zone) * 60_000;
        expect(departure).toBeGreaterThan(Date.parse(now));
        const local = new Intl.DateTimeFormat('en-GB', {
          timeZone: zone,
          weekday: 'short',
          hour: '2-digit',
          hour12: false,
        });
        const [weekday, hour] = local.format(departure).split(', ');
        expect([weekday, dayPartOf(Number(hour))]).toEqual(['Tue', part]);
      }
    }
  });
});
