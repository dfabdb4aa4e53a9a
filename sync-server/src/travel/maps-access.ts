/**
 * The key of the maps service: `FIELDFARE_ROUTES_KEY`, or the file that `FIELDFARE_ROUTES_KEY_FILE` names.
 * `FIELDFARE_ROUTES_URL`: another address, for a proxy.
 */
import { readFileSync } from 'node:fs';
import { fail, ok, problem, type Result } from '@fieldfare/kernel';
import type { MapsAccess } from './desk.ts';

export function mapsAccess(env: Readonly<Record<string, string | undefined>> = process.env): Result<MapsAccess> {
  const { FIELDFARE_ROUTES_KEY: given, FIELDFARE_ROUTES_KEY_FILE: file, FIELDFARE_ROUTES_URL: url } = env;
  const key = given ?? (file === undefined ? null : keyIn(file));
  if (key === null || key.trim() === '') {
    return fail(
      problem('not-found', 'a key is needed: FIELDFARE_ROUTES_KEY, or FIELDFARE_ROUTES_KEY_FILE names a file with it', {
        rule: 'RTE-KEY',
      }),
    );
  }
  return ok({ key: key.trim(), ...(url === undefined ? {} : { url }) });
}

function keyIn(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}
