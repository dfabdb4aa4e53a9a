/** The list of working copies on a device. Names of colleagues and servers only; never anything about patients. */
import { type FileStore, fail, ok, problem, type Result } from '@fieldfare/kernel';
import { z } from 'zod';
import type { Profile } from './worker-api.ts';

const FILE = 'profiles.json';

const stored = z.object({
  version: z.literal(1),
  profiles: z.array(
    z.object({
      id: z.uuid(),
      serverUrl: z.string(),
      login: z.string(),
      name: z.string(),
      organisation: z.string(),
      synthetic: z.boolean(),
      deviceId: z.string(),
    }),
  ),
});

export interface StoredProfile extends Profile {
  /** Issued by the server at the first sign-in; later sign-ins present it again. */
  readonly deviceId: string;
}

export async function readProfiles(files: FileStore): Promise<Result<readonly StoredProfile[]>> {
  const bytes = await files.readAll(FILE);
  if (bytes === null) return ok([]);
  try {
    return ok(stored.parse(JSON.parse(new TextDecoder().decode(bytes))).profiles);
  } catch {
    return fail(
      problem('corrupt', 'the list of working copies on this device cannot be read', { rule: 'WSP-PROFILES' }),
    );
  }
}

/** Puts a profile first, replacing the one with its id. */
export async function saveProfile(files: FileStore, profile: StoredProfile): Promise<Result<void>> {
  const known = await readProfiles(files);
  if (!known.ok) return known;
  const profiles = [profile, ...known.value.filter(({ id }) => id !== profile.id)];
  await files.replace(FILE, new TextEncoder().encode(JSON.stringify({ version: 1, profiles })));
  return ok(undefined);
}
