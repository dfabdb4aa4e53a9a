import { defineModule } from '@fieldfare/kernel';
import { travelRouter } from './router.ts';
import { travelCalibrations } from './tables.ts';

export {
  answerKey,
  askedDeparture,
  DAY_PARTS,
  type DayPart,
  type Drive,
  type RouteMatrix,
  roundedPlace,
  type TravelAnswer,
} from './answers.ts';
export { type Calibration, calibrate, type FittedFigure } from './calibrate.ts';
export type { Driving } from './driving.ts';
export {
  createTravelModel,
  type LatLng,
  PARKING_MINUTES,
  straightLineMetres,
  type TravelPort,
  travelBetween,
} from './model.ts';
export * from './tables.ts';

export const travelModule = defineModule({
  name: 'travel',
  about: 'how long drives take, and what maps services taught about it',
  tables: [travelCalibrations],
  router: travelRouter,
});
