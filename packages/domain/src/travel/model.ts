/**
 * How long a drive takes without asking anybody: straight line × road factor ÷ speed of the hour. Rough and always
 * there; a maps service can stand behind the same port.
 *
 * distance = haversine (sphere of 6,371,008.8 m, the IUGG mean radius) on coordinates rounded to 0.0001° (about 11 m),
 * in whole metres; minutes = ceil(distance × roadFactor / speed of the local hour of departure) + 3 for parking and
 * reaching the door; 0 between equal places.
 *
 * Distances are not remembered here: computing one costs less than finding it in a map, and the scheduling engine keeps
 * dense tables of the answers. What is remembered is the zone's hour, which is dear.
 */
import { type EpochMinute, invariant, localAt, minuteOfDay, type Zone } from '@fieldfare/kernel';

export interface LatLng {
  readonly lat: number;
  readonly lng: number;
}

/** Travel times as schedulers ask them. Whole minutes, 0 for equal places, equal answers to equal questions. */
export interface TravelPort {
  minutes(from: LatLng, to: LatLng, departure: EpochMinute): number;
  /** `minutes` depends on the departure only through this number, 0 to 254. Lets the engine keep one table a bucket. */
  bucketOf(departure: EpochMinute): number;
}

/** A region's row has these. */
export interface TravelRegion {
  readonly zone: Zone;
  /** Road distance / straight-line distance, at least 1. */
  readonly roadFactor: number;
  /** Mean driving speed in km/h by hour of the local day, 24 numbers. */
  readonly speedKmhByHour: readonly number[];
}

/** Parking the car and reaching the door. */
export const PARKING_MINUTES = 3;
const EARTH_RADIUS_M = 6_371_008.8;
/** Coordinates are compared and computed at 1/10,000 of a degree. */
const GRID = 10_000;
/** Zone offsets change on quarter hours; a few weeks of them fit. */
const MOST_QUARTERS = 20_000;

export function createTravelModel(region: TravelRegion): TravelPort {
  const { zone, roadFactor, speedKmhByHour } = region;
  invariant(speedKmhByHour.length === 24 && speedKmhByHour.every((speed) => speed > 0), '24 speeds above zero');
  invariant(roadFactor >= 1, 'roads are no shorter than the straight line');
  // Hours of equal speed share a bucket: a usual profile has three to six, not 24.
  const speeds = [...new Set(speedKmhByHour)];
  const bucketByHour = speedKmhByHour.map((speed) => speeds.indexOf(speed));

  const bucketByQuarter = new Map<number, number>();

  function bucketOf(departure: EpochMinute): number {
    const quarter = Math.floor(departure / 15);
    const known = bucketByQuarter.get(quarter);
    if (known !== undefined) return known;
    if (bucketByQuarter.size >= MOST_QUARTERS) bucketByQuarter.clear();
    const hour = Math.floor(minuteOfDay(localAt(quarter * 15, zone).time) / 60);
    const bucket = bucketByHour[hour] ?? 0;
    bucketByQuarter.set(quarter, bucket);
    return bucket;
  }

  return {
    bucketOf,
    minutes(from, to, departure) {
      if (onGrid(from.lat) === onGrid(to.lat) && onGrid(from.lng) === onGrid(to.lng)) return 0;
      const speed = speeds[bucketOf(departure)] ?? 1;
      const driving = (straightLineMetres(from, to) * roadFactor * 60) / (speed * 1000);
      return Math.ceil(driving) + PARKING_MINUTES;
    },
  };
}

/** Whole metres on the sphere between two places, rounded to the cache's grid first. */
export function straightLineMetres(from: LatLng, to: LatLng): number {
  const radians = (degrees: number): number => ((onGrid(degrees) / GRID) * Math.PI) / 180;
  const lat1 = radians(from.lat);
  const lat2 = radians(to.lat);
  const sinLat = Math.sin((lat2 - lat1) / 2);
  const sinLng = Math.sin((radians(to.lng) - radians(from.lng)) / 2);
  const h = sinLat * sinLat + Math.cos(lat1) * Math.cos(lat2) * sinLng * sinLng;
  return Math.round(2 * EARTH_RADIUS_M * Math.asin(Math.min(1, Math.sqrt(h))));
}

const onGrid = (degrees: number): number => Math.round(degrees * GRID);

/** The travel half of the scheduling engine's input, for places numbered in the order given. */
export function travelBetween(
  port: TravelPort,
  places: readonly LatLng[],
): {
  readonly placeCount: number;
  readonly travelMinutes: (from: number, to: number, departure: EpochMinute) => number;
  readonly travelBucket: (departure: EpochMinute) => number;
} {
  return {
    placeCount: places.length,
    travelMinutes: (from, to, departure) => {
      const a = places[from];
      const b = places[to];
      invariant(a !== undefined && b !== undefined, 'travel is asked between known places');
      return port.minutes(a, b, departure);
    },
    travelBucket: (departure) => port.bucketOf(departure),
  };
}
