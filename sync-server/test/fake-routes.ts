/**
 * A maps service on a real socket that answers like the Routes API and refuses whatever it would refuse: more elements than
 * it takes, departures in the past, a wrong key. It keeps what it was asked, word for word.
 */
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { straightLineMetres } from '@fieldfare/domain';
import { z } from 'zod';

export const ROUTES_KEY = 'key-of-the-fake';

const coordinate = z.number().refine((value) => Number(value.toFixed(3)) === value, 'more than three decimals');
const waypoint = z.strictObject({
  waypoint: z.strictObject({
    location: z.strictObject({ latLng: z.strictObject({ latitude: coordinate, longitude: coordinate }) }),
  }),
});
/** Strict: anything else that left the server is refused. */
const question = z.strictObject({
  origins: z.array(waypoint).min(1),
  destinations: z.array(waypoint).min(1),
  travelMode: z.literal('DRIVE'),
  routingPreference: z.literal('TRAFFIC_AWARE'),
  departureTime: z.iso.datetime(),
});
type Question = z.infer<typeof question>;

export interface FakeRoutes {
  readonly url: string;
  readonly asked: readonly Question[];
  /** Elements of all that was answered. */
  elements(): number;
  /** The next answers are these statuses, with these headers. */
  refuse(...answers: readonly { readonly status: number; readonly headers?: Record<string, string> }[]): void;
  /** The next answer has this body. */
  say(body: string): void;
  /** The next connections break. */
  hangUp(count: number): void;
  close(): Promise<void>;
}

const MOST_ELEMENTS = 625;
const ROAD = 1.5;
const KMH = 30;

async function textOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return text;
}

const placeOf = ({ waypoint: { location } }: z.infer<typeof waypoint>) => ({
  lat: location.latLng.latitude,
  lng: location.latLng.longitude,
});

/** Zeros are left out, as on the real wire. */
function answerTo({ origins, destinations }: Question): unknown[] {
  return origins.flatMap((origin, from) =>
    destinations.map((destination, to) => {
      const metres = Math.round(ROAD * straightLineMetres(placeOf(origin), placeOf(destination)));
      return {
        ...(from === 0 ? {} : { originIndex: from }),
        ...(to === 0 ? {} : { destinationIndex: to }),
        status: {},
        condition: 'ROUTE_EXISTS',
        ...(metres === 0 ? {} : { distanceMeters: metres }),
        duration: `${Math.round((metres / KMH) * 3.6)}s`,
      };
    }),
  );
}

export async function startFakeRoutes(now: () => number): Promise<FakeRoutes> {
  const asked: Question[] = [];
  let elements = 0;
  let refusals: { readonly status: number; readonly headers?: Record<string, string> }[] = [];
  let said: string | null = null;
  let broken = 0;
  const server = createServer((request, response) => {
    void textOf(request).then((text) => {
      if (broken > 0) {
        broken -= 1;
        request.socket.destroy();
        return;
      }
      const reply = (status: number, body: string, headers: Record<string, string> = {}): void => {
        response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body);
      };
      const refusal = refusals.shift();
      if (refusal) return reply(refusal.status, '{}', refusal.headers);
      if (said !== null) {
        reply(200, said);
        said = null;
        return;
      }
      if (request.headers['x-goog-api-key'] !== ROUTES_KEY) return reply(403, '{}');
      if (request.url !== '/distanceMatrix/v2:computeRouteMatrix' || !request.headers['x-goog-fieldmask']) {
        return reply(400, '{}');
      }
      const parsed = question.safeParse(JSON.parse(text));
      if (!parsed.success || Date.parse(parsed.data.departureTime) < now()) return reply(400, '{}');
      const count = parsed.data.origins.length * parsed.data.destinations.length;
      if (count > MOST_ELEMENTS) return reply(400, '{}');
      asked.push(parsed.data);
      elements += count;
      reply(200, JSON.stringify(answerTo(parsed.data)));
    });
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    elements: () => elements,
    refuse(...answers) {
      refusals = [...refusals, ...answers];
    },
    say(body) {
      said = body;
    },
    hangUp(count) {
      broken = count;
    },
    close: () =>
      new Promise((closed) => {
        server.closeAllConnections();
        server.close(() => closed());
      }),
  };
}
