import { unwrap } from '@fieldfare/kernel';
import { expect, it } from 'vitest';
import { createPasswords } from './passwords.ts';

it('AUTH-CREDENTIALS: passwords are judged alike by a worker that rested and by the next one', async () => {
  const passwords = createPasswords(1);
  const hash = unwrap(await passwords.hash('correct horse battery'));
  await new Promise((resolve) => setTimeout(resolve, 20)); // the worker may have ended by now
  expect(unwrap(await passwords.verify('correct horse battery', hash))).toBe(true);
  expect(unwrap(await passwords.verify('wrong horse battery', hash))).toBe(false);
  await passwords.close();
});
