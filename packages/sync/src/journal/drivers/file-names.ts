import { FileError } from '@fieldfare/kernel';

const NAME = /^[a-z0-9][a-z0-9.-]{0,199}$/;

/** Names are flat, so that no driver can be led out of its directory. */
export function checkFileName(name: string): void {
  if (!NAME.test(name)) throw new FileError('io', `"${name}" is not a name for a stored file`);
}
