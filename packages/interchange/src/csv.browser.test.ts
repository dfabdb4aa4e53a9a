import { describe, expect, it } from 'vitest';
import { previewCsv, writeCsv } from './index.ts';

describe('CSV in a browser', () => {
  it('reads and writes where there is no Buffer', () => {
    expect('Buffer' in globalThis).toBe(false);
    const text = writeCsv(['Staff number', 'Given name'], [['E-1', 'Chloé, "la"\nvoisine']], { delimiter: ';' });
    const preview = previewCsv('staff', new TextEncoder().encode(text));
    expect(preview).toMatchObject({
      ok: true,
      value: { delimiter: ';', encoding: 'utf-8', sampleRows: [['E-1', 'Chloé, "la"\nvoisine']] },
    });
  });
});
