#!/usr/bin/env node
import { systemHost } from './host.ts';
import { runCompanion } from './program.ts';

process.exitCode = await runCompanion(process.argv.slice(2), systemHost());
