/** Commands and flags. Exit codes: 0 done, 1 refused or failed (one sentence on standard error), 2 wrong usage. */
import { flushCompileCache } from 'node:module';
import { resolve } from 'node:path';
import { ProblemError, type Result, ROLES, systemClock, systemRandom } from '@fieldfare/kernel';
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import type { AdminCommand } from '../admin.ts';
import type { BackupSummary } from '../backup.ts';
import type { RowsIn } from '../core.ts';
import { createLog, type LogLevel } from '../log.ts';
import { runAdmin } from './admin-run.ts';
import { complain, say, table } from './output.ts';
import { generatePassword, readPassword } from './password-input.ts';
import { untilStopped } from './signals.ts';

const collect = (value: string, all: readonly string[] = []): readonly string[] => [...all, value];

function portNumber(text: string): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new InvalidArgumentError('a port is 0 to 65535');
  return port;
}

function decimal(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value)) throw new InvalidArgumentError('a number is needed');
  return value;
}

interface ServeFlags {
  readonly port: number;
  readonly data: string;
  readonly database?: string;
  readonly rows: RowsIn;
  readonly advertise?: string;
  readonly host: string;
  readonly web?: string;
  readonly origin?: readonly string[];
  readonly trustProxy?: boolean;
  readonly demo?: boolean | 'small' | 'large';
  readonly logLevel: LogLevel;
}

async function serve(flags: ServeFlags): Promise<number> {
  const { startServer } = await import('../server.ts'); // account commands and --help need not wait for all of it
  const log = createLog({ level: flags.logLevel });
  const server = await startServer({
    port: flags.port,
    dataDir: resolve(flags.data),
    ...(flags.database === undefined ? {} : { database: flags.database }),
    rows: flags.rows,
    ...(flags.advertise === undefined ? {} : { advertise: flags.advertise }),
    host: flags.host,
    ...(flags.web === undefined ? {} : { webDir: resolve(flags.web) }),
    origins: flags.origin ?? [],
    trustProxy: flags.trustProxy ?? false,
    demo: flags.demo ?? false,
    log,
  });
  flushCompileCache(); // see main.ts; a process that is killed has no other occasion
  say(`Fieldfare server: ${server.url}`);
  if (server.demoAccounts.length > 0) {
    say('\nDemo agency (made-up people). Sign in with:');
    for (const { login, password, roles } of server.demoAccounts) {
      say(`  ${login.padEnd(14)} ${password.padEnd(30)} ${roles.map(({ role }) => role).join(', ')}`);
    }
  }
  const signal = await untilStopped();
  log.info('stopping', { signal });
  await server.close();
  return 0;
}

export async function runCli(argv: readonly string[]): Promise<number> {
  let exitCode = 0;
  const program = new Command('server')
    .description('Serves Fieldfare: sign-in, sync, procedures and the web app, over one data directory')
    .enablePositionalOptions() // --data after a subcommand belongs to the subcommand
    .exitOverride();

  /** Stands before the subcommand, or in the environment. */
  const databaseFlag = (): string | undefined => program.opts<ServeFlags>().database;

  /** Runs a command over the data directory, or the database, and prints its rows. */
  async function admin(data: string, command: AdminCommand): Promise<boolean> {
    const result = await runAdmin(resolve(data), command, databaseFlag());
    if (result.ok) say(table(result.value));
    else {
      complain(result.problems);
      exitCode = 1;
    }
    return result.ok;
  }

  const run = async (data: string, command: AdminCommand): Promise<void> => {
    await admin(data, command);
  };

  /** A password for `use`: made up and, when `use` went well, shown once; or read. */
  async function withPassword(
    generate: boolean | undefined,
    use: (password: string) => Promise<boolean>,
  ): Promise<void> {
    if (generate) {
      const password = generatePassword(systemRandom);
      if (await use(password)) say(`\nPassword (shown once): ${password}`);
      return;
    }
    const password = await readPassword();
    if (password.ok) {
      await use(password.value);
      return;
    }
    complain(password.problems);
    exitCode = 1;
  }

  const data = (): Option => new Option('--data <dir>', 'data directory').makeOptionMandatory();
  program
    .addOption(new Option('--port <n>', 'port; 0 takes any free one').default(4300).argParser(portNumber))
    .option('--data <dir>', 'data directory, made when absent', '.data/server')
    .addOption(
      new Option('--database <url>', 'PostgreSQL to share with other servers; also for the commands below').env(
        'FIELDFARE_DATABASE',
      ),
    )
    .addOption(
      new Option(
        '--rows <where>',
        'where the readable rows are that answers come from; the database takes them by default',
      )
        .choices(['database', 'memory'])
        .default('database')
        .env('FIELDFARE_ROWS'),
    )
    .option('--advertise <url>', 'where clients and the other servers reach this one, e.g. https://b.example.org')
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--web <dir>', 'folder of the built web app')
    .option('--origin <origin>', 'a further web origin that may call and connect; may be repeated', collect)
    .option('--trust-proxy', 'take client addresses from a proxy on this machine (X-Forwarded-For)')
    .addOption(
      new Option('--demo [size]', 'fill an empty data directory with made-up people').choices(['small', 'large']),
    )
    .addOption(new Option('--log-level <level>').choices(['info', 'warn', 'error', 'silent']).default('info'))
    .action(async (flags: ServeFlags) => {
      exitCode = await serve(flags);
    });

  const tenant = program.command('tenant').description('organisations');
  tenant
    .command('add')
    .addOption(data())
    .requiredOption('--name <name>', 'name of the organisation')
    .action((flags) => run(flags.data, { command: 'tenant.add', name: flags.name }));
  tenant
    .command('list')
    .addOption(data())
    .action((flags) => run(flags.data, { command: 'tenant.list' }));

  const region = program.command('region').description("an organisation's regions");
  region
    .command('add')
    .addOption(data())
    .requiredOption('--tenant <name or id>')
    .requiredOption('--name <name>')
    .requiredOption('--zone <IANA zone>', 'e.g. America/Toronto')
    .requiredOption('--lat <degrees>', 'latitude of the office', decimal)
    .requiredOption('--lng <degrees>', 'longitude of the office', decimal)
    .action(({ data, ...input }) => run(data, { command: 'region.add', ...input }));
  region
    .command('list')
    .addOption(data())
    .requiredOption('--tenant <name or id>')
    .action((flags) => run(flags.data, { command: 'region.list', tenant: flags.tenant }));

  const count = (text: string): number => {
    const value = Number(text);
    if (!Number.isInteger(value) || value < 0) throw new InvalidArgumentError('a whole number is needed');
    return value;
  };
  program
    .command('travel')
    .description('how long drives take')
    .command('calibrate')
    .description(
      "fits a region's road factor and speeds to a maps service's answers (FIELDFARE_ROUTES_KEY or _KEY_FILE)",
    )
    .addOption(data())
    .requiredOption('--tenant <name or id>')
    .requiredOption('--region <name or id>')
    .option('--per-minute <n>', 'most drives asked for in a minute', count)
    .option('--per-day <n>', 'most drives asked for in a day', count)
    .option('--adopt', 'sets what was found, where it is better')
    .action(({ data, ...input }) => run(data, { command: 'travel.calibrate', ...input }));

  const user = program.command('user').description('accounts that sign in');
  user
    .command('add')
    .addOption(data())
    .requiredOption('--tenant <name or id>')
    .requiredOption('--login <login>')
    .requiredOption('--name <name>', 'as colleagues see it')
    .addOption(new Option('--role <role>').choices(ROLES).makeOptionMandatory())
    .option('--region <name or id>', 'region the role holds in; may be repeated; none: all', collect)
    .option('--generate', 'make up a password and print it once')
    .action(({ data, region, generate, tenant, login, name, role }) =>
      withPassword(generate, (password) =>
        admin(data, { command: 'user.add', tenant, login, name, role, regions: [...(region ?? [])], password }),
      ),
    );
  user
    .command('list')
    .addOption(data())
    .option('--tenant <name or id>')
    .action((flags) => run(flags.data, { command: 'user.list', tenant: flags.tenant }));
  for (const change of ['disable', 'enable'] as const) {
    user
      .command(change)
      .addOption(data())
      .requiredOption('--login <login>')
      .action((flags) => run(flags.data, { command: `user.${change}`, login: flags.login }));
  }
  user
    .command('password')
    .addOption(data())
    .requiredOption('--login <login>')
    .option('--generate', 'make up a password and print it once')
    .action(({ data, login, generate }) =>
      withPassword(generate, (password) => admin(data, { command: 'user.password', login, password })),
    );

  const device = program.command('device').description("people's devices");
  device
    .command('list')
    .addOption(data())
    .requiredOption('--login <login>')
    .action((flags) => run(flags.data, { command: 'device.list', login: flags.login }));
  device
    .command('revoke')
    .description('ends its sessions and closes its connections')
    .addOption(data())
    .requiredOption('--id <id>', 'as `device list` shows it')
    .action((flags) => run(flags.data, { command: 'device.revoke', id: flags.id }));

  const told = (done: Result<BackupSummary>, sentence: (summary: BackupSummary) => string): void => {
    if (done.ok) say(sentence(done.value));
    else {
      complain(done.problems);
      exitCode = 1;
    }
  };
  const amount = ({ files, bytes }: BackupSummary): string => `${files} files, ${(bytes / 1e6).toFixed(1)} MB`;
  program
    .command('backup')
    .description('copies everything, sealed as it is, into one tar file; the server may run')
    .addOption(data())
    .requiredOption('--to <file>', 'file to write; must not exist')
    .action(async (flags) => {
      const { takeBackup } = await import('../backup.ts');
      const to = resolve(flags.to);
      const dataKey = process.env.FIELDFARE_DATA_KEY;
      told(
        await takeBackup({ dataDir: resolve(flags.data), to, dataKey, clock: systemClock }),
        (summary) =>
          `${amount(summary)} are in ${to}.\nKeep server.key (or FIELDFARE_DATA_KEY) elsewhere: without it nothing can be read.`,
      );
    });
  program
    .command('restore')
    .description('makes a data directory from a backup')
    .addOption(data())
    .requiredOption('--from <file>', 'a backup')
    .option('--key <file>', 'the server.key of that data, put in place')
    .action(async (flags) => {
      const { restoreBackup } = await import('../backup.ts');
      const dataDir = resolve(flags.data);
      const keyFile = flags.key === undefined ? undefined : resolve(flags.key);
      told(
        await restoreBackup({ from: resolve(flags.from), dataDir, keyFile, dataKey: process.env.FIELDFARE_DATA_KEY }),
        (summary) => `${amount(summary)} of ${summary.takenAt} are in ${dataDir}.`,
      );
    });

  try {
    await program.parseAsync(argv);
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    if (!(error instanceof ProblemError)) throw error;
    complain(error.problems);
    return 1;
  }
  return exitCode;
}
