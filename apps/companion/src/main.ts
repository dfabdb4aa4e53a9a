#!/usr/bin/env node
import { enableCompileCache } from 'node:module';
import { join } from 'node:path';

// Modules are compiled once and not for every command.
enableCompileCache(join(import.meta.dirname, '../node_modules/.cache/compiled'));
const { systemHost } = await import('./host.ts');
const { runCompanion } = await import('./program.ts');

process.exitCode = await runCompanion(process.argv.slice(2), systemHost());
