/** Where a password comes from: typed unseen, piped in, or made up and shown once. Never an argument: those are public. */
import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { fail, ok, problem, type Random, type Result } from '@fieldfare/kernel';

/** No letters or digits that are read for one another. */
const ALPHABET = 'abcdefghijkmnpqrstuvwxyz23456789';

/** Four groups of five out of 32: 100 bits. */
export function generatePassword(random: Random): string {
  const letters = [...random.bytes(20)].map((byte) => ALPHABET[byte % ALPHABET.length]);
  return [0, 5, 10, 15].map((at) => letters.slice(at, at + 5).join('')).join('-');
}

async function ask(question: string): Promise<string> {
  process.stderr.write(question);
  const hidden = new Writable({ write: (_chunk, _encoding, done) => done() });
  const reader = createInterface({ input: process.stdin, output: hidden, terminal: true });
  try {
    return await new Promise<string>((resolve, reject) => {
      reader.once('SIGINT', () => reject(new Error('interrupted')));
      reader.question('', resolve);
    });
  } finally {
    reader.close();
    process.stderr.write('\n');
  }
}

export async function readPassword(): Promise<Result<string>> {
  if (process.stdin.isTTY) {
    const first = await ask('Password: ');
    const second = await ask('Again: ');
    return first === second
      ? ok(first)
      : fail(problem('invalid', 'the two passwords differ', { rule: 'CLI-PASSWORD' }));
  }
  let text = '';
  for await (const chunk of process.stdin) text += String(chunk);
  const [line = ''] = text.split(/\r?\n/);
  return line === ''
    ? fail(problem('invalid', 'no password on standard input; pipe one in or use --generate', { rule: 'CLI-PASSWORD' }))
    : ok(line);
}
