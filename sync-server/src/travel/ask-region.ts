/**
 * Answers for one region: what is kept, and what is missing asked for. The places are a sample of where care is given and
 * carers live, the same each time, so that asking again costs nothing while the answers are fresh.
 */
import { answerKey, askedDeparture, DAY_PARTS, type DayPart, type LatLng, type RouteMatrix } from '@fieldfare/domain';
import { type Clock, type Problem, stableHash, type Zone } from '@fieldfare/kernel';
import type { Budget } from './budget.ts';
import type { KeptAnswer, TravelCache } from './travel-cache.ts';

/** A square of them a part of the day fits one request. */
const MOST_PLACES = 24;

/** `places`: rounded, any number. The order tells nothing of who lives where. */
export const samplePlaces = (places: readonly LatLng[]): readonly LatLng[] =>
  [...new Map(places.map((place) => [stableHash(place.lat, place.lng), place])).entries()]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .slice(0, MOST_PLACES)
    .map(([, place]) => place);

export interface RegionAnswers {
  readonly answers: readonly KeptAnswer[];
  /** New ones among them. */
  readonly asked: number;
  /** Why not all is here; null: all that the service knows is. */
  readonly stopped: Problem | null;
}

export async function askRegion(options: {
  readonly regionId: string;
  readonly zone: Zone;
  readonly places: readonly LatLng[];
  readonly matrix: RouteMatrix;
  readonly budget: Budget;
  readonly cache: TravelCache;
  readonly clock: Clock;
}): Promise<RegionAnswers> {
  const { regionId, zone, places, matrix, budget, cache, clock } = options;
  let answers = await cache.read(regionId, clock.now());
  let asked = 0;
  const known = new Set(answers.map(answerKey));
  for (const part of DAY_PARTS) {
    const from = missing(part);
    if (from.length === 0) continue;
    const departure = askedDeparture(part, clock.now(), zone);
    const drives = await matrix.ask({ from, to: places, departure });
    await cache.writeSpent(budget.spent(clock.now()));
    if (!drives.ok) return { answers, asked, stopped: drives.problems[0] };
    const at = clock.now();
    const fresh = drives.value.flatMap((drive): KeptAnswer[] => {
      const [start, end] = [from[drive.from], places[drive.to]];
      const { metres, seconds } = drive;
      return start && end && start !== end ? [{ from: start, to: end, part, metres, seconds, at }] : [];
    });
    answers = [...answers, ...fresh];
    asked += fresh.length;
    // What was paid for is kept, whatever comes next.
    await cache.write(regionId, answers);
  }
  return { answers, asked, stopped: null };

  /** Places from which a part of the day is not answered at all: a road that the service does not know is not asked for twice. */
  function missing(part: DayPart): readonly LatLng[] {
    return places.filter((from) => !places.some((to) => to !== from && known.has(answerKey({ from, to, part }))));
  }
}
