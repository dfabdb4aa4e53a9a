/** Settings an administrator may place beside the data: `settings.json` with `{"serverUrl": "https://…"}`. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

const Settings = z.object({ serverUrl: z.url({ protocol: /^https?$/ }).optional() });

export interface DesktopSettings {
  /** Where the sign-in screen points; empty when nobody has set it. */
  readonly serverUrl: string;
}

/** `FIELDFARE_SERVER` wins over the file; a missing or damaged file is no reason not to start. */
export function readSettings(directory: string, env: Readonly<Record<string, string | undefined>>): DesktopSettings {
  const fromEnvironment = Settings.safeParse({ serverUrl: env.FIELDFARE_SERVER });
  if (fromEnvironment.success && fromEnvironment.data.serverUrl) return { serverUrl: fromEnvironment.data.serverUrl };
  try {
    const parsed = Settings.safeParse(JSON.parse(readFileSync(join(directory, 'settings.json'), 'utf8')));
    return { serverUrl: (parsed.success && parsed.data.serverUrl) || '' };
  } catch {
    return { serverUrl: '' };
  }
}
