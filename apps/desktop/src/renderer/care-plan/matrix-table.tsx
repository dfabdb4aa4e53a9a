/** The intensity matrix as a table: level of need by level of need, what is asked of which service. Over the same text. */
import type { MatrixNames } from '@fieldfare/domain';
import type { Problem } from '@fieldfare/kernel';
import { useDraft } from '../lib/use-draft.ts';
import { Tag } from '../shell/tag.tsx';
import classes from './matrix-table.module.css';

const QUANTITIES = ['low', 'default', 'high'] as const;
type Quantity = (typeof QUANTITIES)[number];

interface Band extends Readonly<Record<Quantity, number>> {
  readonly from: number;
  readonly to: number;
}

interface Row {
  readonly driver: string;
  readonly service: string;
  readonly kind: string;
  readonly oneOff?: boolean;
  readonly bands: readonly Band[];
  readonly evidence: { readonly type: string; readonly ref: string; readonly note: string };
}

interface Matrix {
  readonly version: string;
  readonly rows: readonly Row[];
}

const EVIDENCE: Readonly<Record<string, string>> = {
  published: 'published',
  'shape-anchored': 'published proportions, our level',
  consensus: 'consensus',
};

const isBand = (band: Band): boolean => QUANTITIES.every((name) => typeof band[name] === 'number');

/** Null when the text is no matrix at all: it can then be put right as text only. */
export function readMatrix(text: string): Matrix | null {
  try {
    const matrix = JSON.parse(text) as Matrix;
    const whole = matrix.rows.every((row) => row.bands.every(isBand) && row.evidence !== undefined);
    return whole ? matrix : null;
  } catch {
    return null; // not JSON, or of another shape
  }
}

const written = (matrix: unknown): string => JSON.stringify(matrix, null, 2);

/** The text with another quantity at a place. */
export function withQuantity(text: string, row: number, band: number, name: Quantity, value: number): string {
  const matrix = JSON.parse(text) as { rows: { bands: Record<string, number>[] }[] };
  const place = matrix.rows[row]?.bands[band];
  if (place) place[name] = value;
  return written(matrix);
}

export const withVersion = (text: string, version: string): string =>
  written({ ...(JSON.parse(text) as object), version });

/** "1.4.2" → "1.5.0" */
export const nextVersion = (version: string): string => {
  const [major = '1', minor = '0'] = version.split('.');
  return `${major}.${Number(minor) + 1}.0`;
};

function Amount(props: {
  readonly label: string;
  readonly value: number;
  readonly readOnly: boolean;
  readonly wrong: boolean;
  readonly onChange: (value: number) => void;
}) {
  const draft = useDraft({
    saved: String(props.value),
    read: (text) => (/^\d+(\.\d+)?$/.test(text.trim()) ? String(Number(text)) : { wrong: 'a number' }),
    save: async (text) => {
      props.onChange(Number(text));
      return true;
    },
  });
  const { error, ...field } = draft;
  return (
    <input
      className={classes.amount}
      inputMode="decimal"
      autoComplete="off"
      aria-label={props.label}
      aria-invalid={props.wrong || error !== null}
      readOnly={props.readOnly}
      {...field}
    />
  );
}

const levels = ({ from, to }: Band): string => (from === to ? String(from) : `${from} to ${to}`);

/** Whether a problem is of this place or of one inside it. */
const isUnder = ({ path = [] }: Problem, place: readonly (string | number)[]): boolean => {
  const rows = path.indexOf('rows');
  return rows !== -1 && place.every((part, index) => path[rows + index] === part);
};

/** Where in the table a problem is; null when it is somewhere else. */
export function placeOf({ path = [] }: Problem, matrix: Matrix, names: MatrixNames): string | null {
  const at = path.indexOf('rows');
  const row = at === -1 ? undefined : matrix.rows[Number(path[at + 1])];
  if (!row) return null;
  const band = path[at + 2] === 'bands' ? row.bands[Number(path[at + 3])] : undefined;
  const place = `${names.drivers[row.driver] ?? row.driver}, ${names.services[row.service]?.label ?? row.service}`;
  return band ? `${place}, level ${levels(band)}` : place;
}

export function MatrixTable(props: {
  readonly text: string;
  readonly matrix: Matrix;
  readonly names: MatrixNames;
  readonly problems: readonly Problem[];
  readonly readOnly: boolean;
  readonly onChange: (text: string) => void;
}) {
  const { text, matrix, names, problems, readOnly, onChange } = props;
  return (
    <div className={classes.box}>
      <table className={classes.table}>
        <thead>
          <tr>
            <th scope="col">Need</th>
            <th scope="col">Service</th>
            <th scope="col">Level</th>
            <th scope="col">Low</th>
            <th scope="col">Default</th>
            <th scope="col">High</th>
          </tr>
        </thead>
        {matrix.rows.map((row, index) => {
          const driver = names.drivers[row.driver] ?? row.driver;
          const { label: service, unit } = names.services[row.service] ?? { label: row.service, unit: '' };
          const wrong = problems.some((one) => isUnder(one, ['rows', index]));
          return (
            <tbody key={`${row.driver} ${row.service} ${row.kind}`} data-wrong={wrong || undefined}>
              {row.bands.map((band, at) => (
                <tr key={band.from}>
                  {at === 0 && (
                    <>
                      <th scope="rowgroup" rowSpan={row.bands.length}>
                        {driver}
                        <span className={classes.evidence}>
                          {EVIDENCE[row.evidence.type] ?? row.evidence.type}: {row.evidence.ref}
                        </span>
                        <span className={classes.evidence}>{row.evidence.note}</span>
                      </th>
                      <td rowSpan={row.bands.length}>
                        {service}
                        <span className={classes.evidence}>
                          {unit} a week{row.oneOff ? ', first four weeks only' : ''}
                        </span>
                        {row.kind !== 'floor' && <Tag tone="plain">{row.kind}</Tag>}
                      </td>
                    </>
                  )}
                  <td>{levels(band)}</td>
                  {QUANTITIES.map((name) => (
                    <td key={name}>
                      <Amount
                        label={`${driver}, ${service}, level ${levels(band)}: ${name}`}
                        value={band[name]}
                        readOnly={readOnly}
                        wrong={problems.some((one) => isUnder(one, ['rows', index, 'bands', at]))}
                        onChange={(value) => onChange(withQuantity(text, index, at, name, value))}
                      />
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          );
        })}
      </table>
    </div>
  );
}
