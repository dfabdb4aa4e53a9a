export { type Database, openDatabase, type Statements } from './database.ts';
export { openPostgresJournal } from './journal.ts';
