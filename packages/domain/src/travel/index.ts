export {
  createTravelModel,
  type LatLng,
  PARKING_MINUTES,
  straightLineMetres,
  type TravelPort,
  type TravelRegion,
  travelBetween,
} from './model.ts';
