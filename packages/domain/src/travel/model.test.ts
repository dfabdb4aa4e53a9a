import { epochMinuteOf } from '@fieldfare/kernel';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createTravelModel, PARKING_MINUTES, straightLineMetres, travelBetween } from './index.ts';

const zone = 'America/Toronto';
const flat = Array.from({ length: 24 }, () => 50);
const OTTAWA = { lat: 45.4215, lng: -75.6972 }; // Parliament Hill
const KANATA = { lat: 45.3088, lng: -75.8987 }; // Kanata Centrum
const noon = epochMinuteOf('2026-06-03', '12:00', zone);

const around = fc.record({
  lat: fc.double({ min: 44.8, max: 45.8, noNaN: true }),
  lng: fc.double({ min: -76.5, max: -75, noNaN: true }),
});

describe('travel model', () => {
  it('knows the way from Ottawa to Kanata: about 20 km straight, some 26 by road, half an hour', () => {
    expect(straightLineMetres(OTTAWA, KANATA)).toBeGreaterThan(19_500);
    expect(straightLineMetres(OTTAWA, KANATA)).toBeLessThan(20_700);
    const model = createTravelModel({ zone, roadFactor: 1.3, speedKmhByHour: flat });
    expect(model.minutes(OTTAWA, KANATA, noon)).toBe(Math.ceil((20.1 * 1.3 * 60) / 50) + PARKING_MINUTES);
  });

  it('takes no time within one place, and at least parking and a minute to the next door', () => {
    const model = createTravelModel({ zone, roadFactor: 1.3, speedKmhByHour: flat });
    expect(model.minutes(OTTAWA, { ...OTTAWA }, noon)).toBe(0);
    expect(model.minutes(OTTAWA, { lat: OTTAWA.lat + 0.00002, lng: OTTAWA.lng }, noon)).toBe(0);
    expect(model.minutes(OTTAWA, { lat: OTTAWA.lat + 0.0002, lng: OTTAWA.lng }, noon)).toBe(PARKING_MINUTES + 1);
  });

  it('is whole, symmetric at one speed, equal when asked again, and keeps the triangle but for rounding', () => {
    const model = createTravelModel({ zone, roadFactor: 1.25, speedKmhByHour: flat });
    fc.assert(
      fc.property(around, around, around, (a, b, c) => {
        const ab = model.minutes(a, b, noon);
        expect(Number.isInteger(ab)).toBe(true);
        expect(model.minutes(b, a, noon)).toBe(ab);
        expect(model.minutes(a, b, noon)).toBe(ab);
        expect(createTravelModel({ zone, roadFactor: 1.25, speedKmhByHour: flat }).minutes(a, b, noon)).toBe(ab);
        expect(model.minutes(a, c, noon)).toBeLessThanOrEqual(ab + model.minutes(b, c, noon) + 1);
      }),
      { numRuns: 50 },
    );
  });

  it('reads the hour of departure on the region’s wall clock, through both clock changes', () => {
    const speedKmhByHour = Array.from({ length: 24 }, (_, hour) => 20 + hour);
    const model = createTravelModel({ zone, roadFactor: 1, speedKmhByHour });
    const metres = straightLineMetres(OTTAWA, KANATA);
    const at = (hour: number): number => Math.ceil((metres * 60) / ((20 + hour) * 1000)) + PARKING_MINUTES;
    // 2026-03-08: 02:00 does not exist. 2026-11-01: 01:00 comes twice.
    const spring = epochMinuteOf('2026-03-08', '01:59', zone);
    expect(model.minutes(OTTAWA, KANATA, spring)).toBe(at(1));
    expect(model.minutes(OTTAWA, KANATA, spring + 1)).toBe(at(3));
    const autumn = epochMinuteOf('2026-11-01', '01:00', zone);
    expect(model.minutes(OTTAWA, KANATA, autumn)).toBe(at(1));
    expect(model.minutes(OTTAWA, KANATA, autumn + 60)).toBe(at(1));
    expect(model.minutes(OTTAWA, KANATA, autumn + 120)).toBe(at(2));
    expect(model.minutes(OTTAWA, KANATA, epochMinuteOf('2026-11-01', '17:30', zone))).toBe(at(17));
  });

  it('gives equal answers in equal buckets and keeps buckets few', () => {
    const speedKmhByHour = flat.map((speed, hour) => (hour === 8 || hour === 17 ? 30 : speed));
    const model = createTravelModel({ zone, roadFactor: 1.3, speedKmhByHour });
    const monday = epochMinuteOf('2026-06-01', '00:00', zone);
    const buckets = new Map<number, number>();
    for (let minute = 0; minute < 1440; minute += 7) {
      const bucket = model.bucketOf(monday + minute);
      const minutes = model.minutes(OTTAWA, KANATA, monday + minute);
      expect(buckets.get(bucket) ?? minutes).toBe(minutes);
      buckets.set(bucket, minutes);
    }
    expect(buckets.size).toBe(2);
  });

  it('numbers places for the engine, with the same answers', () => {
    const model = createTravelModel({ zone, roadFactor: 1.3, speedKmhByHour: flat });
    fc.assert(
      fc.property(fc.array(around, { minLength: 2, maxLength: 6 }), (places) => {
        const { placeCount, travelMinutes } = travelBetween(model, places);
        expect(placeCount).toBe(places.length);
        for (const [from, a] of places.entries()) {
          for (const [to, b] of places.entries()) {
            expect(travelMinutes(from, to, noon)).toBe(model.minutes(a, b, noon));
          }
        }
        expect(() => travelMinutes(0, places.length, noon)).toThrow('known places');
      }),
      { numRuns: 20 },
    );
  });

  it('refuses a profile that is no day', () => {
    expect(() => createTravelModel({ zone, roadFactor: 1.3, speedKmhByHour: [50] })).toThrow();
    expect(() => createTravelModel({ zone, roadFactor: 0.5, speedKmhByHour: flat })).toThrow();
  });
});
