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
  /** `minutes` of places by number. Asked millions of times: what depends on one place alone is worked out beforehand. */
  between(places: readonly LatLng[]): (from: number, to: number, departure: EpochMinute) => number;
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

  function minutesOf(from: Point, to: Point, departure: EpochMinute): number {
    if (from.row === to.row && from.column === to.column) return 0;
    const speed = speeds[bucketOf(departure)] ?? 1;
    const driving = (metresBetween(from, to) * roadFactor * 60) / (speed * 1000);
    return Math.ceil(driving) + PARKING_MINUTES;
  }

  return {
    bucketOf,
    minutes: (from, to, departure) => minutesOf(pointAt(from), pointAt(to), departure),
    between(places) {
      const points = places.map(pointAt);
      return (from, to, departure) => {
        const a = points[from];
        const b = points[to];
        invariant(a !== undefined && b !== undefined, 'travel is asked between known places');
        return minutesOf(a, b, departure);
      };
    },
  };
}

/** Whole metres on the sphere between two places, rounded to the cache's grid first. */
export const straightLineMetres = (from: LatLng, to: LatLng): number => metresBetween(pointAt(from), pointAt(to));

/** A place on the grid, with its angles in radians. */
interface Point {
  readonly row: number;
  readonly column: number;
  readonly lat: number;
  readonly lng: number;
  readonly cosLat: number;
}

function pointAt(place: LatLng): Point {
  const radians = (steps: number): number => ((steps / GRID) * Math.PI) / 180;
  const row = onGrid(place.lat);
  const column = onGrid(place.lng);
  const lat = radians(row);
  return { row, column, lat, lng: radians(column), cosLat: Math.cos(lat) };
}

function metresBetween(from: Point, to: Point): number {
  const sinLat = Math.sin((to.lat - from.lat) / 2);
  const sinLng = Math.sin((to.lng - from.lng) / 2);
  const h = sinLat * sinLat + from.cosLat * to.cosLat * sinLng * sinLng;
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
    travelMinutes: port.between(places),
    travelBucket: (departure) => port.bucketOf(departure),
  };
}
