/**
 * A region's road factor and speeds from answers of a maps service. Pure, and the same whatever order the answers come in.
 *
 * Both are slopes through the origin by least absolute deviations: of road metres on straight metres, and of seconds on
 * modelled metres, one slope a part of the day. That slope is the median of the ratios weighted by the metres (Bloomfield &
 * Steiger, *Least Absolute Deviations*, 1983), so a ferry or a wrong coordinate among the answers moves it little, and what
 * it makes least is the error in minutes that planners see. A fifth of the answers, chosen by their places, takes no part in
 * the fit and says how good it is.
 *
 *  TRV-FEW     a figure needs enough answers, else the present one stays
 *  TRV-BOUNDS  a figure that no road network has is not believed: the present one stays
 *  TRV-BETTER  worth adopting is what halves of drives are nearer with, on answers it has not seen, and nine in ten not a
 *              minute further off
 */
import { stableHash } from '@fieldfare/kernel';
import { answerKey, DAY_PARTS, type DayPart, dayPartOf, meanSpeed, placeKey, type TravelAnswer } from './answers.ts';
import { straightLineMetres, type TravelRegion } from './model.ts';

export interface FittedFigure {
  readonly before: number;
  readonly after: number;
  /** Answers it rests on. */
  readonly answers: number;
  /** Why the present one stays; null: it was found anew. */
  readonly kept: 'few' | 'bounds' | null;
}

/** Of driving minutes on answers that took no part in the fit; absolute. */
export interface TravelError {
  readonly median: number;
  /** Nine in ten are no further off. */
  readonly ninth: number;
}

export interface Calibration {
  readonly roadFactor: number;
  readonly speedKmhByHour: readonly number[];
  readonly figures: {
    readonly roadFactor: FittedFigure;
    /** Mean km/h by part of the day. */
    readonly speed: Readonly<Record<DayPart, FittedFigure>>;
  };
  /** Answers left out of the fit. */
  readonly heldOut: number;
  /** Null: there is nothing to judge by. */
  readonly errors: { readonly before: TravelError; readonly after: TravelError } | null;
  /** `TRV-BETTER` */
  readonly better: boolean;
}

/** Below it the rounding of places says more than the road. */
const LEAST_METRES = 1_000;
const LEAST_FOR_FACTOR = 60;
const LEAST_FOR_SPEED = 40;
const LEAST_HELD_OUT = 20;
const FACTOR = { least: 1, most: 2 };
const SPEED = { least: 10, most: 110 };
const HELD_OUT_SHARE = 5;

interface Sample {
  readonly answer: TravelAnswer;
  readonly straight: number;
}

export function calibrate(region: TravelRegion, answers: readonly TravelAnswer[]): Calibration {
  const samples = [...new Map(answers.map((answer) => [answerKey(answer), answer])).values()]
    .map((answer): Sample => ({ answer, straight: straightLineMetres(answer.from, answer.to) }))
    .filter(({ answer, straight }) => straight >= LEAST_METRES && answer.metres > 0 && answer.seconds > 0);
  const isHeldOut = ({ answer }: Sample): boolean => lotOf(answer) === 0;
  const fitted = samples.filter((sample) => !isHeldOut(sample));
  const heldOut = samples.filter(isHeldOut);

  const factor = figureOf(
    region.roadFactor,
    fitted.map(({ answer, straight }) => ({ x: straight, y: answer.metres })),
    { ...FACTOR, samples: LEAST_FOR_FACTOR, unit: 100, of: (slope) => slope },
  );
  const speed = Object.fromEntries(
    DAY_PARTS.map((part) => {
      const own = fitted.filter(({ answer }) => answer.part === part);
      const points = own.map(({ answer, straight }) => ({ x: straight * factor.after, y: answer.seconds }));
      const before = meanSpeed(region.speedKmhByHour, part);
      return [
        part,
        figureOf(before, points, { ...SPEED, samples: LEAST_FOR_SPEED, unit: 10, of: (pace) => 3.6 / pace }),
      ];
    }),
  ) as Record<DayPart, FittedFigure>;

  const found: TravelRegion = {
    zone: region.zone,
    roadFactor: factor.after,
    speedKmhByHour: region.speedKmhByHour.map((now, hour) => {
      const part = speed[dayPartOf(hour)];
      return part.kept === null ? part.after : now;
    }),
  };
  const errors =
    heldOut.length < LEAST_HELD_OUT ? null : { before: errorOf(region, heldOut), after: errorOf(found, heldOut) };
  return {
    roadFactor: found.roadFactor,
    speedKmhByHour: found.speedKmhByHour,
    figures: { roadFactor: factor, speed },
    heldOut: heldOut.length,
    errors,
    better:
      errors !== null && errors.after.median < errors.before.median && errors.after.ninth <= errors.before.ninth + 1,
  };
}

/** 0 to 4, the same for both directions and all parts of the day: what was fitted one way says nothing new the other way. */
function lotOf({ from, to }: TravelAnswer): number {
  const ends = [placeKey(from), placeKey(to)].sort();
  return Number.parseInt(stableHash('travel-lot', ...ends).slice(0, 8), 16) % HELD_OUT_SHARE;
}

interface Point {
  readonly x: number;
  readonly y: number;
}

interface Fit {
  readonly least: number;
  readonly most: number;
  readonly samples: number;
  /** A figure is a whole number of 1/`unit`. */
  readonly unit: number;
  readonly of: (slope: number) => number;
}

/** `TRV-FEW`, `TRV-BOUNDS` */
function figureOf(before: number, points: readonly Point[], { least, most, samples, unit, of }: Fit): FittedFigure {
  const kept = (why: FittedFigure['kept']): FittedFigure => ({
    before,
    after: before,
    answers: points.length,
    kept: why,
  });
  if (points.length < samples) return kept('few');
  const found = Math.round(of(slopeOf(points)) * unit) / unit;
  return found < least || found > most ? kept('bounds') : { before, after: found, answers: points.length, kept: null };
}

/** The slope k that makes Σ |y − k·x| least: the median of y / x, weighted by x. */
function slopeOf(points: readonly Point[]): number {
  const ratios = points.map(({ x, y }) => ({ ratio: y / x, weight: x })).sort((a, b) => a.ratio - b.ratio);
  const half = ratios.reduce((sum, { weight }) => sum + weight, 0) / 2;
  let passed = 0;
  for (const { ratio, weight } of ratios) {
    passed += weight;
    if (passed >= half) return ratio;
  }
  return Number.NaN;
}

/** As the model of the region computes it, before rounding and parking. */
function errorOf({ roadFactor, speedKmhByHour }: TravelRegion, samples: readonly Sample[]): TravelError {
  const errors = samples
    .map(({ answer, straight }) => {
      const speed = meanSpeed(speedKmhByHour, answer.part);
      return Math.abs((straight * roadFactor * 60) / (speed * 1000) - answer.seconds / 60);
    })
    .sort((a, b) => a - b);
  const at = (share: number): number => errors[Math.min(errors.length - 1, Math.floor(errors.length * share))] ?? 0;
  return { median: at(0.5), ninth: at(0.9) };
}
