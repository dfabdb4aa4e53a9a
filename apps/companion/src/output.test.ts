import { describe, expect, it } from 'vitest';
import { duration, endTime, table } from './output.ts';

describe('tables', () => {
  it('align accents, wide characters and numbers', () => {
    const rows = [
      { name: 'Chloé', minutes: 5 },
      { name: '林 美', minutes: 120 },
    ];
    const text = table<(typeof rows)[number]>(
      [
        { title: 'Min', right: true, cell: (row) => row.minutes },
        { title: 'Name', cell: (row) => row.name },
        { title: 'X', cell: () => 'x' },
      ],
      rows,
    );
    expect(text).toBe('Min  Name   X\n  5  Chloé  x\n120  林 美  x\n');
  });
  it('let no data steer the terminal', () => {
    expect(table([{ title: 'N', cell: (text: string) => text }], ['a\u001b[31mb\nc'])).toBe('N\na [31mb c\n');
  });
});

describe('times', () => {
  it('end past midnight and read as hours', () => {
    expect(endTime('23:30', 45)).toBe('00:15');
    expect([duration(0), duration(45), duration(60), duration(95)]).toEqual(['0 min', '45 min', '1 h', '1 h 35 min']);
  });
});
