/** Builds Electron's main and preload scripts. */
import { join } from 'node:path';
import { binary, root, run } from './run.ts';

export async function buildElectron(): Promise<void> {
  for (const part of ['main', 'preload']) {
    const { code, output } = await run(
      binary('vite'),
      ['build', '--config', 'vite.electron.config.ts', '--logLevel', 'warn'],
      {
        cwd: join(root, 'apps', 'desktop'),
        quiet: true,
        env: { FIELDFARE_ELECTRON_PART: part },
      },
    );
    if (code !== 0) throw new Error(`building Electron's ${part} script failed\n${output}`);
  }
}
