/** `pnpm server`: the command line of the server. */
import { enableCompileCache } from 'node:module';
import { join } from 'node:path';

// Modules are compiled once and not at every start: a server that was killed is back in half the time.
enableCompileCache(join(import.meta.dirname, '../node_modules/.cache/compiled'));
const { runCli } = await import('./cli/program.ts');

process.exitCode = await runCli(process.argv);
