import { FORMS, type FormItem } from '@fieldfare/domain/assessments';
import { describe, expect, it } from 'vitest';
import { choices, meaning, progressOf, typed } from './entry-model.ts';

const HC = FORMS.find(({ instrument, version }) => instrument === 'interrai-hc' && version === '9.1');
const item = (code: string): FormItem => {
  const found = HC?.byCode.get(code);
  if (!found) throw new Error(`no item ${code}`);
  return found;
};

describe('typing an answer', () => {
  it.each([
    ['G2b', '', { kind: 'empty' }],
    ['G2b', '0', { kind: 'answer', value: 0, final: true }],
    ['G2b', '8', { kind: 'answer', value: 8, final: true }],
    ['G2b', '7', { kind: 'wrong', message: 'Takes 0–6, 8' }],
    ['G2b', '3x', { kind: 'wrong', message: 'Takes 0–6, 8' }],
    ['M1', '1', { kind: 'answer', value: 1, final: false }],
    ['M1', '12', { kind: 'answer', value: 12, final: true }],
    ['M1', '0', { kind: 'answer', value: 0, final: true }],
    ['N3eb', '120', { kind: 'answer', value: 120, final: false }],
    ['N3eb', '3001', { kind: 'wrong', message: 'Takes 0–3000' }],
  ] as const)('%s: %j', (code, text, expected) => expect(typed(item(code), text)).toEqual(expected));

  it('a single digit of every coded item goes on by itself', () => {
    for (const each of HC?.items ?? []) {
      if (!('values' in each.codes)) continue;
      for (const value of Object.keys(each.codes.values)) {
        expect(typed(each, value), each.code).toEqual({ kind: 'answer', value: Number(value), final: true });
        expect(meaning(each, Number(value)).length, each.code).toBeGreaterThan(0);
      }
    }
  });

  it('says what is allowed, and how far each section is', () => {
    expect(choices(item('C2a'))).toBe('0 intact · 1 problem');
    expect(choices(item('M1'))).toBe('0–60 medicines');
    if (!HC) throw new Error('no form');
    const [person, cognition] = progressOf(HC, new Map([['C1', 0]]));
    expect([person?.title, person?.answered, cognition?.answered]).toEqual(['Person', 0, 1]);
  });
});
