export {
  createTravelModel,
  type LatLng,
  PARKING_MINUTES,
  straightLineMetres,
  type TravelPort,
  travelBetween,
} from './model.ts';
