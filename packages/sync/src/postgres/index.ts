export { type Database, openDatabase, type Statements } from './database.ts';
export { openPostgresJournal } from './journal.ts';
export { APP_ROLE } from './schema.ts';
