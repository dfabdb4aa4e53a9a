/** `pnpm server`: the command line of the server. */
import { runCli } from './cli/program.ts';

process.exitCode = await runCli(process.argv);
