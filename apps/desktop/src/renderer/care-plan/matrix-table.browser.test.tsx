/** The intensity matrix as a table over its text, in a real browser. */
import { MantineProvider } from '@mantine/core';
import { useState } from 'react';
import { createRoot, type Root } from 'react-dom/client';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { theme } from '../theme/theme.ts';
import { MatrixTable, nextVersion, placeOf, readMatrix, withVersion } from './matrix-table.tsx';

const MATRIX = {
  version: '1.4.2',
  asOf: '2026-11-21',
  rows: [
    {
      driver: 'personalSupport',
      service: 'psw',
      kind: 'floor',
      oneOff: false,
      bands: [
        { from: 1, to: 1, low: 0, default: 0.5, high: 1 },
        { from: 2, to: 6, low: 1, default: 2, high: 3 },
      ],
      evidence: { type: 'consensus', ref: 'ours', note: '' },
    },
  ],
};
const NAMES = {
  drivers: { personalSupport: 'Personal support need' },
  services: { psw: { label: 'Personal support', unit: 'hours' } },
};
const WRONG = {
  code: 'invalid',
  message: 'more than high',
  path: ['matrix', 'rows', 0, 'bands', 1, 'default'],
} as const;

let text: string;
let root: Root;
let host: HTMLElement;

function Harness({ readOnly }: { readonly readOnly: boolean }) {
  const [shown, setShown] = useState(JSON.stringify(MATRIX));
  text = shown;
  const matrix = readMatrix(shown);
  if (!matrix) return null;
  const problems = matrix.rows[0]?.bands[1]?.default === 9 ? [WRONG] : [];
  return <MatrixTable {...{ text: shown, matrix, names: NAMES, problems, readOnly, onChange: setShown }} />;
}

const open = (readOnly = false): void =>
  root.render(
    <MantineProvider theme={theme}>
      <Harness readOnly={readOnly} />
    </MantineProvider>,
  );
const cell = (name: string) => page.getByLabelText(`Personal support need, Personal support, level ${name}`);

beforeEach(() => {
  host = document.createElement('div');
  document.body.append(host);
  root = createRoot(host);
});
afterEach(() => {
  root.unmount();
  host.remove();
});

it('changes one quantity in the text, and leaves the rest of it as it was', async () => {
  open();
  await userEvent.fill(cell('2 to 6: default'), '2.5');
  await userEvent.keyboard('{Enter}');
  await expect.poll(() => JSON.parse(text).rows[0].bands[1].default).toBe(2.5);
  const [row] = MATRIX.rows;
  const bands = [row?.bands[0], { ...row?.bands[1], default: 2.5 }];
  expect(JSON.parse(text)).toEqual({ ...MATRIX, rows: [{ ...row, bands }] });
});

it('shows where a fault is, keeps a text that is no number, and takes nothing when it is read only', async () => {
  open();
  await userEvent.fill(cell('2 to 6: default'), '9');
  await userEvent.keyboard('{Enter}');
  await expect.element(cell('2 to 6: default')).toHaveAttribute('aria-invalid', 'true');
  await expect.element(cell('1: default')).toHaveAttribute('aria-invalid', 'false');
  await userEvent.fill(cell('1: low'), 'many');
  await userEvent.keyboard('{Enter}');
  await expect.element(cell('1: low')).toHaveAttribute('aria-invalid', 'true');
  expect(JSON.parse(text).rows[0].bands[0].low).toBe(0);
  open(true);
  await expect.element(cell('1: high')).toHaveAttribute('readonly');
});

it('says where a problem is in the table’s own words', () => {
  expect(placeOf(WRONG, MATRIX, NAMES)).toBe('Personal support need, Personal support, level 2 to 6');
  expect(placeOf({ ...WRONG, path: ['matrix', 'version'] }, MATRIX, NAMES)).toBeNull();
});

it('names the next version, and what is no matrix stays text', () => {
  expect(nextVersion('1.4.2')).toBe('1.5.0');
  expect(JSON.parse(withVersion(JSON.stringify(MATRIX), '1.5.0'))).toEqual({ ...MATRIX, version: '1.5.0' });
  for (const other of ['', '{}', '{"rows": 3}', '{"rows": [{}]}', '{"rows": [{"bands": [{"low": "1"}]}]}']) {
    expect(readMatrix(other)).toBeNull();
  }
});
