/**
 * Real towns around Ottawa: centroids to about 500 m, with the radius in which made-up addresses are scattered.
 * Distances use a flat earth around 45.35° N: within 0.1 % here, and built from exact operations only, so that
 * every machine places the same visits.
 */
import type { Dice } from './dice.ts';

export interface Town {
  readonly name: string;
  readonly lat: number;
  readonly lng: number;
  /** Addresses lie within about this many kilometres of the centre. */
  readonly spreadKm: number;
  /** Share of the region's patients. */
  readonly weight: number;
  readonly rural: boolean;
  /** Forward sortation area: the first half of its postal codes. */
  readonly fsa: string;
  /** The personal-support team that looks after it. */
  readonly team: string;
}

export interface Area {
  readonly key: string;
  readonly name: string;
  readonly lat: number;
  readonly lng: number;
  readonly roadFactor: number;
  readonly speedKmhByHour: readonly number[];
  /** Share of people whose first language is French. */
  readonly french: number;
  readonly towns: readonly Town[];
}

type TownRow = readonly [
  name: string,
  lat: number,
  lng: number,
  spreadKm: number,
  weight: number,
  kind: 'town' | 'rural',
  fsa: string,
  team: string,
];

const townsOf = (rows: readonly TownRow[]): readonly Town[] =>
  rows.map(([name, lat, lng, spreadKm, weight, kind, fsa, team]) => ({
    name,
    lat,
    lng,
    spreadKm,
    weight,
    rural: kind === 'rural',
    fsa,
    team,
  }));

/** Mean speed by hour: free at night, slower in the two rush hours. */
function speeds(free: number, day: number, rush: number): readonly number[] {
  return Array.from({ length: 24 }, (_, hour) => {
    if (hour < 6 || hour >= 20) return free;
    return (hour >= 7 && hour < 9) || (hour >= 15 && hour < 18) ? rush : day;
  });
}

const WEST: Area = {
  key: 'west',
  name: 'Ottawa West & Valley',
  lat: 45.3,
  lng: -75.98,
  roadFactor: 1.28,
  speedKmhByHour: speeds(68, 58, 50),
  french: 0.12,
  towns: townsOf([
    ['Kanata', 45.3005, -75.911, 3.5, 30, 'town', 'K2K', 'Kanata'],
    ['Bells Corners', 45.3215, -75.832, 1.6, 9, 'town', 'K2H', 'Kanata'],
    ['Stittsville', 45.2583, -75.9218, 2.2, 16, 'town', 'K2S', 'Kanata'],
    ['Richmond', 45.1917, -75.833, 1.8, 7, 'rural', 'K0A', 'Kanata'],
    ['Carp', 45.3467, -76.0389, 2.6, 6, 'rural', 'K0A', 'Valley'],
    ['Dunrobin', 45.431, -75.929, 3, 3, 'rural', 'K0A', 'Valley'],
    ['Constance Bay', 45.493, -76.081, 1.6, 3, 'rural', 'K0A', 'Valley'],
    ['Almonte', 45.2256, -76.1936, 2, 9, 'rural', 'K0A', 'Valley'],
    ['Carleton Place', 45.1367, -76.1453, 2, 8, 'town', 'K7C', 'Valley'],
    ['Pakenham', 45.335, -76.287, 2.5, 2, 'rural', 'K0A', 'Valley'],
    ['Arnprior', 45.4347, -76.3564, 2, 9, 'town', 'K7S', 'Valley'],
  ]),
};

const EAST: Area = {
  key: 'east',
  name: 'Ottawa East',
  lat: 45.42,
  lng: -75.42,
  roadFactor: 1.26,
  speedKmhByHour: speeds(66, 56, 47),
  french: 0.42,
  towns: townsOf([
    ['Vanier', 45.439, -75.665, 1.2, 17, 'town', 'K1L', 'Orléans'],
    ['Blackburn Hamlet', 45.432, -75.56, 1.2, 8, 'town', 'K1B', 'Orléans'],
    ['Orléans', 45.469, -75.515, 3.6, 30, 'town', 'K1C', 'Orléans'],
    ['Cumberland', 45.517, -75.411, 2.2, 4, 'rural', 'K4C', 'Orléans'],
    ['Navan', 45.42, -75.423, 2.4, 4, 'rural', 'K4B', 'Orléans'],
    ['Rockland', 45.545, -75.291, 2, 10, 'town', 'K4K', 'Prescott-Russell'],
    ['Russell', 45.257, -75.358, 1.8, 6, 'rural', 'K4R', 'Prescott-Russell'],
    ['Embrun', 45.27, -75.283, 1.8, 8, 'town', 'K0A', 'Prescott-Russell'],
    ['Limoges', 45.333, -75.25, 1.8, 4, 'rural', 'K0A', 'Prescott-Russell'],
    ['Casselman', 45.313, -75.088, 1.5, 6, 'rural', 'K0A', 'Prescott-Russell'],
  ]),
};

const CITY: Area = {
  key: 'city',
  name: 'Ottawa',
  lat: 45.38,
  lng: -75.7,
  roadFactor: 1.3,
  speedKmhByHour: speeds(52, 42, 34),
  french: 0.2,
  towns: townsOf([
    ['Centretown', 45.415, -75.695, 1.4, 11, 'town', 'K2P', 'Centre'],
    ['Sandy Hill', 45.424, -75.676, 1, 6, 'town', 'K1N', 'Centre'],
    ['Glebe', 45.401, -75.69, 1.1, 6, 'town', 'K1S', 'Centre'],
    ['Vanier', 45.439, -75.665, 1.2, 8, 'town', 'K1L', 'Centre'],
    ['Westboro', 45.393, -75.753, 1.6, 8, 'town', 'K2A', 'West'],
    ['Britannia', 45.365, -75.795, 1.5, 7, 'town', 'K2B', 'West'],
    ['Bells Corners', 45.3215, -75.832, 1.6, 4, 'town', 'K2H', 'West'],
    ['Kanata', 45.3005, -75.911, 3.2, 9, 'town', 'K2K', 'Kanata'],
    ['Stittsville', 45.2583, -75.9218, 2.2, 5, 'town', 'K2S', 'Kanata'],
    ['Centrepointe', 45.343, -75.762, 1.8, 7, 'town', 'K2G', 'Barrhaven'],
    ['Barrhaven', 45.273, -75.746, 2.6, 9, 'town', 'K2J', 'Barrhaven'],
    ['Manotick', 45.226, -75.684, 2.2, 3, 'rural', 'K4M', 'Barrhaven'],
    ['Alta Vista', 45.383, -75.659, 1.8, 8, 'town', 'K1H', 'South'],
    ['South Keys', 45.353, -75.654, 1.6, 7, 'town', 'K1V', 'South'],
    ['Riverside South', 45.27, -75.685, 2, 3, 'town', 'K4M', 'South'],
    ['Greely', 45.262, -75.567, 2.4, 2, 'rural', 'K4P', 'South'],
    ['Gloucester', 45.43, -75.6, 1.8, 7, 'town', 'K1J', 'Orléans'],
    ['Blackburn Hamlet', 45.432, -75.56, 1.2, 4, 'town', 'K1B', 'Orléans'],
    ['Orléans', 45.469, -75.515, 3.4, 12, 'town', 'K1C', 'Orléans'],
    ['Navan', 45.42, -75.423, 2.4, 2, 'rural', 'K4B', 'Orléans'],
  ]),
};

const named = (area: Area, key: string, name: string, keep: (town: Town) => boolean): Area => ({
  ...area,
  key,
  name,
  towns: area.towns.filter(keep),
});

export const SMALL_AREAS: readonly Area[] = [WEST, EAST];

export const LARGE_AREAS: readonly Area[] = [
  CITY,
  named(WEST, 'valley', 'Ottawa Valley', (town) => town.team === 'Valley'),
  named(EAST, 'prescott-russell', 'Prescott-Russell', (town) => town.team === 'Prescott-Russell'),
];

export interface Point {
  readonly lat: number;
  readonly lng: number;
}

const KM_PER_DEGREE_LAT = 111.13;
/** At 45.35° N. */
const KM_PER_DEGREE_LNG = 78.24;

export function distanceKm(a: Point, b: Point): number {
  const north = (a.lat - b.lat) * KM_PER_DEGREE_LAT;
  const east = (a.lng - b.lng) * KM_PER_DEGREE_LNG;
  return Math.sqrt(north * north + east * east);
}

/**
 * Minutes to allow for a drive that starts at `minuteOfDay`: the area's road factor and speed, a tenth on top and
 * two minutes to park, so that any sensible travel model finds the demo's weeks drivable.
 */
export function driveMinutes(area: Area, a: Point, b: Point, minuteOfDay: number): number {
  const km = distanceKm(a, b) * area.roadFactor;
  if (km === 0) return 0;
  const speed = area.speedKmhByHour[Math.floor(minuteOfDay / 60) % 24] ?? 50;
  return Math.ceil((km / speed) * 60 * 1.1) + 2;
}

const round5 = (value: number): number => Math.round(value * 100_000) / 100_000;

/** A made-up place near a town: about ten metres exact, as geocoders give. */
export function placeNear(town: Town, dice: Dice): Point {
  return {
    lat: round5(town.lat + (dice.bell() * town.spreadKm) / KM_PER_DEGREE_LAT),
    lng: round5(town.lng + (dice.bell() * town.spreadKm) / KM_PER_DEGREE_LNG),
  };
}

const TOWN_STREETS =
  'Maple Street|Elm Street|Church Street|Mill Street|Queen Street|King Street|Riverside Drive|Parkdale Avenue|Cedar Crescent|Heritage Drive|Birch Avenue|Station Road|Lakeview Terrace|Orchard Lane|Meadowbrook Road|rue Principale|rue Saint-Joseph|rue de l’Église|chemin du Moulin|rue des Érables|Willow Court|Beechwood Crescent|Pioneer Way|Harvest Gate'.split(
    '|',
  );
const RURAL_STREETS =
  'Concession Road 3|Concession Road 6|County Road 29|County Road 17|Old Perth Road|Quarry Road|Ferry Road|Ridge Line|6th Line Road|9th Line Road|Sugar Bush Road|chemin de la Rivière|Rang Saint-Guillaume|Creek Side Road'.split(
    '|',
  );

export function addressIn(town: Town, dice: Dice): string {
  const rural = town.rural && dice.chance(0.6);
  const number = rural ? dice.int(200, 4800) : dice.int(2, 420);
  const unit = !rural && dice.chance(0.3) ? `, apt. ${dice.int(101, 912)}` : '';
  return `${number} ${dice.pick(rural ? RURAL_STREETS : TOWN_STREETS)}${unit} (${town.fsa})`;
}
