export { GUARD_LIMITS, type GuardLimits, inspectUpdate, type UpdateFacts } from './guard.ts';
export * from './journal/journal.ts';
export * from './keyring.ts';
export { createReplica } from './replica.ts';
export * from './types.ts';
