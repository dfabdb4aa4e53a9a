export { createLog, type Log, type LogLevel } from './log.ts';
export { type RunningServer, type ServerOptions, startServer } from './server.ts';
