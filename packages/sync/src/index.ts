export * from './types.ts';
export * from './journal/journal.ts';
export * from './keyring.ts';
