/**
 * Structured logs that cannot carry health data (`SRV-LOG-1`): an entry is a fixed sentence plus fields from
 * the list below, every other field is dropped before it is written. No bodies, no names, no logins, no query
 * strings, no error messages (they may quote data): ids, counts and codes only.
 */
import { type DestinationStream, pino } from 'pino';

/** Everything a log entry may say besides its sentence. */
export interface LogFields {
  readonly requestId?: string;
  readonly method?: string;
  /** The route's pattern, never the address that was asked for. */
  readonly route?: string;
  readonly procedures?: string;
  readonly status?: number;
  readonly ms?: number;
  readonly tenantId?: string;
  readonly userId?: string;
  readonly deviceId?: string;
  readonly sessionId?: string;
  readonly shard?: string;
  readonly code?: string | number;
  readonly rule?: string;
  readonly errorName?: string;
  /** Call frames of an error, without its message. */
  readonly frames?: readonly string[];
  readonly count?: number;
  /** Documents begun anew. */
  readonly epochs?: number;
  readonly bytes?: number;
  readonly offset?: number;
  readonly file?: string;
  readonly kind?: string;
  readonly signal?: string;
  readonly port?: number;
}

const FIELDS: ReadonlySet<string> = new Set<keyof LogFields>([
  'requestId',
  'method',
  'route',
  'procedures',
  'status',
  'ms',
  'tenantId',
  'userId',
  'deviceId',
  'sessionId',
  'shard',
  'code',
  'rule',
  'errorName',
  'frames',
  'count',
  'epochs',
  'bytes',
  'offset',
  'file',
  'kind',
  'signal',
  'port',
]);

export interface Log {
  info(sentence: string, fields?: LogFields): void;
  warn(sentence: string, fields?: LogFields): void;
  error(sentence: string, fields?: LogFields): void;
}

export type LogLevel = 'info' | 'warn' | 'error' | 'silent';

export function createLog(options: { readonly level?: LogLevel; readonly to?: DestinationStream } = {}): Log {
  const logger = pino(
    {
      level: options.level ?? 'info',
      base: null,
      formatters: {
        level: (label) => ({ level: label }),
        // The last gate: whatever a caller passes, only listed fields leave the process.
        log: (entry) => Object.fromEntries(Object.entries(entry).filter(([field]) => FIELDS.has(field))),
      },
    },
    options.to ?? process.stderr,
  );
  return {
    info: (sentence, fields = {}) => logger.info(fields, sentence),
    warn: (sentence, fields = {}) => logger.warn(fields, sentence),
    error: (sentence, fields = {}) => logger.error(fields, sentence),
  };
}

/** What may be said about an unexpected error: its kind and where it was thrown. */
export function errorFields(error: unknown): Pick<LogFields, 'errorName' | 'code' | 'frames'> {
  if (!(error instanceof Error)) return { errorName: typeof error };
  const code =
    'code' in error && (typeof error.code === 'string' || typeof error.code === 'number') ? error.code : null;
  const frames = (error.stack ?? '')
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
    .slice(0, 8)
    .map((line) => line.trim());
  return { errorName: error.name, frames, ...(code === null ? {} : { code }) };
}
