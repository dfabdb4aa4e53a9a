/** The lines of a draft plan as fields. What differs from what need gives says so at once, and asks for a reason. */
import type { LineInput, LineView, PlanLineView, ReviewView } from '@fieldfare/domain';
import { ActionIcon, NumberInput, Select, TextInput } from '@mantine/core';
import { IconTrash } from '@tabler/icons-react';
import { Fragment } from 'react';
import { type Carers, carersOf, pairingOf } from '../lib/carers.ts';
import { money } from '../lib/format.ts';
import { GapField } from '../shell/gap-field.tsx';
import classes from './care-plan.module.css';
import { PROVIDERS } from './words.tsx';

const CARERS: readonly { readonly value: Carers; readonly label: string }[] = [
  { value: 'one', label: 'One' },
  { value: 'together', label: 'Two together' },
  { value: 'after', label: 'Two in turn' },
];
const GAP_ENDS = [
  { end: 'leastMinutes', before: '', name: 'least' },
  { end: 'mostMinutes', before: 'to', name: 'most' },
] as const;
const VISITED = (['own', 'partner', 'any'] as const).map((value) => ({ value, label: PROVIDERS[value] }));

export const inputOf = ({ service, quantity, visits, provider, mode, reason }: PlanLineView): LineInput => ({
  service,
  quantity,
  visits,
  provider,
  mode,
  reason,
});

function rangeText(line: LineView | undefined): string {
  if (!line || line.range.high === 0) return '';
  const { low, high } = line.range;
  return low === high ? `${low}` : `${low} – ${high}`;
}

function LineRow(props: {
  readonly line: LineInput;
  readonly known: PlanLineView | undefined;
  readonly judged: LineView | undefined;
  readonly finding: ReviewView['findings'][number] | undefined;
  readonly readOnly: boolean;
  readonly onChange: (line: LineInput) => void;
  readonly onRemove: () => void;
  readonly colour: string;
  readonly label: string;
}) {
  const { line, judged, finding, readOnly, onChange, onRemove, colour, label } = props;
  const { visits } = line;
  const pairing = visits?.pairing;
  const wantsReason = finding !== undefined && finding.outcome !== 'stop';
  return (
    <>
      <tr data-finding={finding?.outcome} data-testid={`line-${line.service}`}>
        <th scope="row" data-colour={colour}>
          <span className={classes.swatch} /> {label}
          {props.known?.ordered && <span className={classes.ordered}>ordered</span>}
          {props.known?.oneOff && <span className={classes.ordered}>first 4 weeks</span>}
        </th>
        <td>
          {visits ? (
            <span className={classes.pair}>
              <NumberInput
                size="xs"
                w={70}
                aria-label={`${label}: visits a week`}
                value={visits.perWeek}
                min={0}
                max={42}
                step={visits.perWeek >= 1 ? 1 : 0.25}
                decimalScale={2}
                readOnly={readOnly}
                onChange={(value) =>
                  typeof value === 'number' &&
                  onChange({ ...line, visits: { ...visits, perWeek: Math.round(value * 4) / 4 } })
                }
              />
              <span className={classes.dim}>×</span>
              <NumberInput
                size="xs"
                w={84}
                aria-label={`${label}: minutes`}
                value={visits.minutes}
                min={5}
                max={720}
                step={15}
                suffix=" min"
                readOnly={readOnly}
                onChange={(value) =>
                  typeof value === 'number' &&
                  value >= 5 &&
                  onChange({ ...line, visits: { ...visits, minutes: value } })
                }
              />
            </span>
          ) : (
            <NumberInput
              size="xs"
              w={70}
              aria-label={`${label}: ${props.known?.unit ?? 'unit'}s a week`}
              value={line.quantity}
              min={0}
              max={100}
              readOnly={readOnly}
              onChange={(value) => typeof value === 'number' && onChange({ ...line, quantity: value })}
            />
          )}
        </td>
        <td>
          {visits && (
            <Select
              size="xs"
              w={122}
              aria-label={`${label}: carers`}
              data={CARERS}
              value={carersOf(pairing)}
              readOnly={readOnly}
              allowDeselect={false}
              onChange={(carers) =>
                carers && onChange({ ...line, visits: { ...visits, pairing: pairingOf(carers as Carers) } })
              }
            />
          )}
        </td>
        <td className={classes.num}>{judged?.amount ?? ''}</td>
        <td className={classes.num}>{rangeText(judged)}</td>
        <td>
          {visits ? (
            <Select
              size="xs"
              w={130}
              aria-label={`${label}: who`}
              data={line.provider === 'none' ? [{ value: 'none', label: PROVIDERS.none }, ...VISITED] : VISITED}
              value={line.provider}
              readOnly={readOnly}
              allowDeselect={false}
              onChange={(value) => value && onChange({ ...line, provider: value as LineInput['provider'] })}
            />
          ) : (
            <span className={classes.dim}>{PROVIDERS[line.provider]}</span>
          )}
        </td>
        <td className={classes.num}>{judged ? money(judged.cost.default) : ''}</td>
        <td>
          {!readOnly && !props.known?.ordered && (
            <ActionIcon size={26} aria-label={`Take out ${label}`} onClick={onRemove}>
              <IconTrash size={15} />
            </ActionIcon>
          )}
        </td>
      </tr>
      {visits && pairing?.kind === 'after' && (
        <tr className={classes.findingRow}>
          <td />
          <td colSpan={7}>
            <span className={classes.pair}>
              The second comes
              {GAP_ENDS.map(({ end, before, name }) => (
                <Fragment key={end}>
                  {before}
                  <GapField
                    end={end}
                    w={84}
                    aria-label={`${label}: ${name} minutes between the carers`}
                    readOnly={readOnly}
                    pairing={pairing}
                    onPairing={(next) => onChange({ ...line, visits: { ...visits, pairing: next } })}
                  />
                </Fragment>
              ))}
              after the first has left.
            </span>
          </td>
        </tr>
      )}
      {finding && (
        <tr className={classes.findingRow} data-outcome={finding.outcome}>
          <td />
          <td colSpan={7}>
            <span className={classes.findingText}>{finding.text}</span>
            {wantsReason && (
              <TextInput
                size="xs"
                aria-label={`${label}: reason`}
                placeholder="Why?"
                value={line.reason}
                readOnly={readOnly}
                maxLength={1000}
                onChange={(event) => onChange({ ...line, reason: event.currentTarget.value })}
              />
            )}
          </td>
        </tr>
      )}
    </>
  );
}

export function DraftLines(props: {
  readonly lines: readonly LineInput[];
  readonly known: readonly PlanLineView[];
  readonly review: ReviewView | null;
  readonly readOnly: boolean;
  readonly labelOf: (service: string) => string;
  readonly colourOf: (service: string) => string;
  readonly onChange: (lines: readonly LineInput[]) => void;
}) {
  const { lines, known, review, readOnly, labelOf, colourOf, onChange } = props;
  const judged = new Map(review?.lines.map((line) => [line.service, line]));
  const findings = new Map(review?.findings.map((finding) => [finding.service, finding]));
  const rows = new Map(known.map((line) => [line.service, line]));
  return (
    <table className={classes.table} aria-label="Service lines">
      <thead>
        <tr>
          <th scope="col">Service</th>
          <th scope="col">Visits</th>
          <th scope="col">Carers</th>
          <th scope="col">A week</th>
          <th scope="col">Range</th>
          <th scope="col">Who</th>
          <th scope="col">Cost</th>
          <td />
        </tr>
      </thead>
      <tbody>
        {lines.map((line) => (
          <LineRow
            key={line.service}
            line={line}
            known={rows.get(line.service)}
            judged={judged.get(line.service)}
            finding={findings.get(line.service)}
            readOnly={readOnly}
            colour={colourOf(line.service)}
            label={labelOf(line.service)}
            onChange={(next) => onChange(lines.map((each) => (each.service === line.service ? next : each)))}
            onRemove={() => onChange(lines.filter((each) => each.service !== line.service))}
          />
        ))}
      </tbody>
    </table>
  );
}
