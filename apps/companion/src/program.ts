/** The command line: what can be said, and what it calls. */
import { ABSENCE_REASONS } from '@fieldfare/domain';
import { IMPORT_KINDS, type ImportKind } from '@fieldfare/interchange';
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { accept } from './commands/accept.ts';
import { importFile } from './commands/imports.ts';
import { comparePlans } from './commands/plans.ts';
import { showPriorities } from './commands/priorities.ts';
import { suggest } from './commands/proposals.ts';
import { replanAbsence, replanCancelled, replanHospital, replanUrgent } from './commands/replan.ts';
import { login, logout, whoami } from './commands/sign-in.ts';
import { showState } from './commands/state.ts';
import { syncStatus } from './commands/sync.ts';
import { exportWeek, showOutcomes, showWeek } from './commands/week.ts';
import { why } from './commands/why.ts';
import { DEFAULT_SERVER } from './context.ts';
import { EXIT, exitCodeOf, problemsOf } from './exit.ts';
import type { Host } from './host.ts';
import { json, paint, sentences } from './output.ts';

const HELP = `
Weeks are ISO weeks (2026-W47) or this, next, last. Regions go by name, a part of it, or id.
The server is --server, FIELDFARE_SERVER, or the one signed in to last; --desktop asks the application on this machine.

Exit codes: 0 done · 1 refused or invalid · 2 wrong usage · 3 not signed in · 4 server not reached`;

function whole(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('a whole number is needed');
  return Number(text);
}
const collect = (value: string, all: readonly string[] = []): readonly string[] => [...all, value];

const region = () => new Option('-r, --region <name>', 'region by name or id');
const week = () => new Option('-w, --week <week>', 'ISO week, this, next or last (default: this)');
const output = () => new Option('-o, --output <file>', 'write to a file');

function importCommand(program: Command, host: Host, kind: ImportKind): void {
  program
    .command(kind)
    .description(`bring ${kind} in from a CSV file`)
    .command('import <file>')
    .description('all or nothing; - reads standard input')
    .addOption(region())
    .option('--dry-run', 'say what would happen and change nothing')
    .option('-m, --map <field=column>', 'read a field from this column; may be repeated', collect)
    .action((file: string, _flags: unknown, command: Command) =>
      importFile(host, kind, file, command.optsWithGlobals()),
    );
}

function replanCommands(program: Command, host: Host): void {
  const replan = program.command('replan').description('how the week could go on after something happened');
  const of = (name: string, about: string): Command =>
    replan
      .command(name)
      .description(about)
      .addOption(region())
      .addOption(week())
      .addOption(output())
      .option('--seed <number>', 'same seed, same proposal', whole);
  const between = (command: Command): Command =>
    command.requiredOption('--from <date>', 'first day').option('--to <date>', 'last day (default: the first)');
  between(of('absence <carer>', 'a carer is away'))
    .addOption(new Option('--reason <reason>').choices(ABSENCE_REASONS).default('sick'))
    .action((carer: string, _flags: unknown, command: Command) =>
      replanAbsence(host, carer, command.optsWithGlobals()),
    );
  of('cancelled <visit>', 'a visit does not take place').action((visit: string, _flags: unknown, command: Command) =>
    replanCancelled(host, visit, command.optsWithGlobals()),
  );
  between(of('hospital <patient>', 'a patient is in hospital')).action(
    (patient: string, _flags: unknown, command: Command) => replanHospital(host, patient, command.optsWithGlobals()),
  );
  of('urgent <patient>', 'an urgent referral')
    .requiredOption('--service <code>')
    .requiredOption('--date <date>', 'a day of a visit; may be repeated', collect)
    .requiredOption('--minutes <number>', 'length of a visit', whole)
    .requiredOption('--window <HH:MM-HH:MM>', 'when a visit may start')
    .action((patient: string, _flags: unknown, command: Command) =>
      replanUrgent(host, patient, command.optsWithGlobals()),
    );
}

function createProgram(host: Host): Command {
  const program = new Command('fieldfare')
    .description('Plan home care from the command line, against a Fieldfare server or the desktop application')
    .option('-s, --server <url>', `address of the server (first sign-in: ${DEFAULT_SERVER})`)
    .option('--desktop [file]', 'ask the desktop application on this machine (its loopback.json)')
    .option('--json', 'machine-readable output')
    .addHelpText('after', HELP)
    .exitOverride()
    .configureOutput({ writeOut: (text) => host.print(text), writeErr: (text) => host.note(text) });

  program
    .command('login <name>')
    .description('sign in and remember it on this machine')
    .option('--password-stdin', 'read the password from standard input')
    .action((name: string, _flags: unknown, command: Command) => login(host, name, command.optsWithGlobals()));
  program
    .command('logout')
    .description('end the session')
    .action((_flags: unknown, command: Command) => logout(host, command.optsWithGlobals()));
  program
    .command('whoami')
    .description('who is signed in, with which regions')
    .action((_flags: unknown, command: Command) => whoami(host, command.optsWithGlobals()));

  const weeks = program.command('week').description('look at a week');
  weeks
    .command('show')
    .description('visits by day, open ones and conflicts')
    .addOption(region())
    .addOption(week())
    .option('-d, --day <day>', 'only this date or weekday')
    .option('-c, --carer <name>', 'only carers whose name contains this')
    .option('--open', 'only unscheduled visits')
    .action((_flags: unknown, command: Command) => showWeek(host, command.optsWithGlobals()));
  weeks
    .command('state')
    .description('who has room, and for what is unscheduled the best place or why there is none (--json: all of it)')
    .addOption(region())
    .addOption(week())
    .addOption(new Option('--group <by>', 'lanes by').choices(['team', 'role', 'employment', 'partner']))
    .action((_flags: unknown, command: Command) => showState(host, command.optsWithGlobals()));
  weeks
    .command('export')
    .description('the week as CSV, one line a visit')
    .addOption(region())
    .addOption(week())
    .addOption(output())
    .option('--csv', 'CSV (the default; --json gives JSON)')
    .addOption(new Option('--delimiter <char>', 'between cells').choices([',', ';', 'tab']).argParser(delimiter))
    .action((_flags: unknown, command: Command) => exportWeek(host, command.optsWithGlobals()));

  weeks
    .command('outcomes')
    .description('how the last weeks went: covered care, continuity, travel, overtime, partners')
    .addOption(region())
    .addOption(week())
    .option('--weeks <number>', 'how many weeks, the chosen one last (default 4)', whole)
    .action((_flags: unknown, command: Command) => showOutcomes(host, command.optsWithGlobals()));

  for (const kind of IMPORT_KINDS) importCommand(program, host, kind);

  program
    .command('suggest [visit]')
    .description('places for one visit (by the beginning of its id), or a proposal for the whole tray')
    .addOption(region())
    .addOption(week())
    .addOption(output())
    .option('--seed <number>', 'same seed, same proposal', whole)
    .action((visit: string | undefined, _flags: unknown, command: Command) =>
      suggest(host, visit, command.optsWithGlobals()),
    );
  program
    .command('why <visit>')
    .description('why nobody can take a visit, and what would have to give way')
    .addOption(region())
    .addOption(week())
    .addOption(output())
    .action((visit: string, _flags: unknown, command: Command) => why(host, visit, command.optsWithGlobals()));
  program
    .command('plans')
    .description('several plans of the week with different aims, side by side')
    .addOption(region())
    .addOption(week())
    .addOption(output())
    .option('--keep-placed', 'what has a place keeps it')
    .option('--seed <number>', 'same seed, same plans', whole)
    .action((_flags: unknown, command: Command) => comparePlans(host, command.optsWithGlobals()));
  replanCommands(program, host);
  program
    .command('priorities')
    .description("what people's choices say about what the scheduler cares for")
    .addOption(region())
    .addOption(week())
    .option('--weeks <number>', 'how many weeks, the chosen one last (default 8)', whole)
    .option('--apply', 'puts the proposed priorities in force')
    .action((_flags: unknown, command: Command) => showPriorities(host, command.optsWithGlobals()));
  program
    .command('accept <file>')
    .description('do what suggest, why, plans or replan answered (--output or --json); - reads standard input')
    .option('--choice <number>', 'which candidate, way to make room, or plan (default: the first)', whole)
    .option('--only <visit>', 'only this visit of a proposal; may be repeated', collect)
    .action((file: string, _flags: unknown, command: Command) => accept(host, file, command.optsWithGlobals()));

  program
    .command('sync')
    .description("the desktop application's working copy")
    .command('status')
    .description('what is in step with the server, what waits, what was refused and why')
    .action((_flags: unknown, command: Command) => syncStatus(host, command.optsWithGlobals()));

  return program;
}

function delimiter(text: string): ',' | ';' | '\t' {
  if (text === 'tab') return '\t';
  if (text === ',' || text === ';') return text;
  throw new InvalidArgumentError('one of , ; tab');
}

/** Runs one command line and says how it ended. Never throws for what a person or a server may do wrong. */
export async function runCompanion(argv: readonly string[], host: Host): Promise<number> {
  try {
    await createProgram(host).parseAsync(argv, { from: 'user' });
    return EXIT.done;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
    if (host.interrupted.aborted) return EXIT.interrupted;
    const problems = problemsOf(error);
    if (problems === null) throw error;
    if (argv.includes('--json')) host.note(json({ problems }));
    else for (const line of sentences(problems)) host.note(`${paint(host, 'red', line)}\n`);
    return exitCodeOf(problems);
  }
}
