/**
 * Google's Routes API (`computeRouteMatrix`, developers.google.com/maps/documentation/routes) as the port `RouteMatrix`.
 * Only rounded coordinates and a departure leave: no ids, no names, no addresses.
 *
 *  RTE-BATCH   no request asks for more elements than the service takes
 *  RTE-BUDGET  no more elements a minute and a day than somebody has set; refused before anything is sent
 *  RTE-RETRY   429, 500, 503 and broken connections are tried again, later each time, as long as the service says
 *  RTE-SHAPE   an answer of another shape than agreed is refused, not guessed at
 */
import { type LatLng, type RouteMatrix, roundedPlace } from '@fieldfare/domain';
import { type Clock, fail, ok, type Problem, problem, type Random, type Result } from '@fieldfare/kernel';
import { z } from 'zod';
import type { Budget } from './budget.ts';

export const ROUTES_URL = 'https://routes.googleapis.com';

export interface RouteMatrixOptions {
  readonly key: string;
  /** Without a path; another one in tests. */
  readonly url?: string;
  readonly budget: Budget;
  readonly clock: Clock;
  readonly random: Random;
  readonly sleep: (ms: number) => Promise<void>;
}

/** Most elements of a request with traffic. */
const MOST_ELEMENTS = 625;
const MOST_SIDE = Math.floor(Math.sqrt(MOST_ELEMENTS));
const TRIES = 5;
const FIRST_WAIT_MS = 1_000;
const MOST_WAIT_MS = 60_000;
const TIMEOUT_MS = 30_000;
const FIELDS = 'originIndex,destinationIndex,status,condition,distanceMeters,duration';

/** Zeros are left out on the wire. */
const elements = z.array(
  z.object({
    originIndex: z.int().min(0).default(0),
    destinationIndex: z.int().min(0).default(0),
    status: z.object({ code: z.int().default(0) }).optional(),
    condition: z.string().optional(),
    distanceMeters: z.int().min(0).default(0),
    duration: z
      .string()
      .regex(/^\d+(\.\d+)?s$/)
      .transform((text) => Math.round(Number(text.slice(0, -1))))
      .optional(),
  }),
);
type Elements = z.infer<typeof elements>;

const waypoint = (place: LatLng) => {
  const { lat, lng } = roundedPlace(place);
  return { waypoint: { location: { latLng: { latitude: lat, longitude: lng } } } };
};

const blocksOf = <T>(all: readonly T[]): readonly { readonly from: number; readonly block: readonly T[] }[] =>
  Array.from({ length: Math.ceil(all.length / MOST_SIDE) }, (_, index) => {
    const from = index * MOST_SIDE;
    return { from, block: all.slice(from, from + MOST_SIDE) };
  });

const refused = (message: string, params: Problem['params'] = {}): Result<never> =>
  fail(problem('offline', message, { rule: 'RTE-RETRY', params }));

export function createRouteMatrix(options: RouteMatrixOptions): RouteMatrix {
  const { key, url = ROUTES_URL, budget, clock, random, sleep } = options;

  /** What the service said, or how long to wait before asking again. */
  async function send(body: string): Promise<Result<Elements> | { readonly waitMs: number | null }> {
    let response: Response;
    try {
      response = await fetch(`${url}/distanceMatrix/v2:computeRouteMatrix`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-goog-api-key': key, 'x-goog-fieldmask': FIELDS },
        body,
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
    } catch {
      return { waitMs: null };
    }
    if (response.status === 429 || response.status >= 500) {
      const seconds = Number(response.headers.get('retry-after') ?? Number.NaN);
      await response.body?.cancel();
      return { waitMs: Number.isFinite(seconds) ? seconds * 1_000 : null };
    }
    if (!response.ok) {
      await response.body?.cancel();
      return refused('the maps service refused the request', { status: response.status });
    }
    const parsed = elements.safeParse(await response.json().catch(() => null));
    if (!parsed.success) {
      return fail(problem('unsupported', 'the maps service gave an answer of another shape', { rule: 'RTE-SHAPE' }));
    }
    return ok(parsed.data);
  }

  /** `RTE-RETRY`: doubles the wait, with a share of chance so that several do not come back at once. */
  async function sendPatiently(body: string): Promise<Result<Elements>> {
    for (let attempt = 0; attempt < TRIES; attempt += 1) {
      const answer = await send(body);
      if ('ok' in answer) return answer;
      if (attempt + 1 === TRIES) break;
      const wait = answer.waitMs ?? FIRST_WAIT_MS * 2 ** attempt * (1 + random.float());
      await sleep(Math.min(MOST_WAIT_MS, Math.round(wait)));
    }
    return refused('the maps service does not answer now', { tries: TRIES });
  }

  return {
    async ask({ from, to, departure }) {
      const drives: { from: number; to: number; metres: number; seconds: number }[] = [];
      for (const origins of blocksOf(from)) {
        for (const targets of blocksOf(to)) {
          const spent = await budget.spend(origins.block.length * targets.block.length, clock, sleep);
          if (!spent.ok) return spent;
          const answer = await sendPatiently(
            JSON.stringify({
              origins: origins.block.map(waypoint),
              destinations: targets.block.map(waypoint),
              travelMode: 'DRIVE',
              routingPreference: 'TRAFFIC_AWARE',
              departureTime: new Date(departure * 60_000).toISOString(),
            }),
          );
          if (!answer.ok) return answer;
          for (const one of answer.value) {
            const known = one.originIndex < origins.block.length && one.destinationIndex < targets.block.length;
            if (!known || (one.status?.code ?? 0) !== 0 || one.duration === undefined) continue;
            if (one.condition !== undefined && one.condition !== 'ROUTE_EXISTS') continue;
            drives.push({
              from: origins.from + one.originIndex,
              to: targets.from + one.destinationIndex,
              metres: one.distanceMeters,
              seconds: one.duration,
            });
          }
        }
      }
      return ok(drives);
    },
  };
}
