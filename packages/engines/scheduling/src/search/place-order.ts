/**
 * An order of places in which those near one another mostly stand near one another. Ways are kept in a table, row by row: in this order
 * what a search asks of one neighbourhood lies close together, which the processor's cache rewards (docs/benchmarks.md).
 *
 * Halves the places by how much nearer each is to one of two far ends than to the other, then each half, and so on.
 */
import { type Random, seededRandom } from '@fieldfare/kernel';

/** So few stand in any order. */
const FEW = 4;
/** Places looked at for an end that is far away. */
const LOOKED_AT = 8;

/** All places, by rank. The same for the same ways. */
export function placesInOrder(count: number, leg: (from: number, to: number) => number): Int32Array {
  const random = seededRandom(1);
  const order: number[] = [];
  const halve = (places: readonly number[]): void => {
    if (places.length <= FEW) {
      order.push(...places);
      return;
    }
    const end = farFrom(places[0] as number, places, leg, random);
    const other = farFrom(end, places, leg, random);
    const sorted = places
      .map((place) => ({ place, side: leg(end, place) - leg(other, place) }))
      .sort((a, b) => a.side - b.side || a.place - b.place)
      .map(({ place }) => place);
    const middle = sorted.length >> 1;
    halve(sorted.slice(0, middle));
    halve(sorted.slice(middle));
  };
  halve(Array.from({ length: count }, (_, place) => place));
  return Int32Array.from(order);
}

/** The farthest of a few. */
function farFrom(
  from: number,
  places: readonly number[],
  leg: (from: number, to: number) => number,
  random: Random,
): number {
  let far = from;
  for (let asked = 0; asked < LOOKED_AT; asked += 1) {
    const place = places[Math.floor(random.float() * places.length)] as number;
    if (leg(from, place) > leg(from, far)) far = place;
  }
  return far;
}
