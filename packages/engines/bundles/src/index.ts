export * from './axes.ts';
export * from './config.ts';
export { DEFAULT_PARTS } from './defaults.ts';
export { DRIVER_IDS, DRIVERS, type DriverId, type DriverLevel, type Levels, levelsOf } from './drivers.ts';
export * from './evaluate.ts';
export * from './lines.ts';
export * from './matrix.ts';
export { type Note, PSW_SOFT_CAP_HOURS } from './notes.ts';
export * from './profile.ts';
export * from './rates.ts';
export { type Reason, reasonText } from './reasons.ts';
export {
  draftOf,
  type Finding as ReviewFinding,
  type LineDraft,
  type Review,
  type ReviewInput,
  reviewBundle,
  type Tweak,
} from './refine.ts';
export * from './scenario.ts';
export * from './services.ts';
export { parseProfile, profileText } from './stored-profile.ts';
