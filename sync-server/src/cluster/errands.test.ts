import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createErrands } from './errands.ts';

describe('errands', () => {
  const key = new Uint8Array(32).fill(1);
  let now = 1_800_000_000_000;
  const errands = createErrands(key, { now: () => now });
  const signed = (body: string, by = key): string => createHmac('sha256', by).update(body).digest('base64url');
  const body = JSON.stringify({ at: now, command: { command: 'tenant.list' } });

  it('SRV-ERRAND: a command is taken from who has the key, as it was sent, and for a minute', () => {
    expect(errands.read(body, signed(body))).toEqual({ command: { command: 'tenant.list' } });
    for (const [text, signature] of [
      [body, signed(body, new Uint8Array(32))],
      [body.replace('list', 'add'), signed(body)],
      [body, signed(body).slice(1)],
      [body, undefined],
      ['{}', signed('{}')],
    ] as const) {
      expect(errands.read(text, signature)).toBeNull();
    }
    now += 61_000;
    expect(errands.read(body, signed(body))).toBeNull();
  });

  it('SRV-ERRAND: a process that does not answer is a problem', async () => {
    expect(await errands.send('http://127.0.0.1:9', { command: 'tenant.list' })).toMatchObject({
      ok: false,
      problems: [{ code: 'offline', rule: 'SRV-ERRAND' }],
    });
  });
});
