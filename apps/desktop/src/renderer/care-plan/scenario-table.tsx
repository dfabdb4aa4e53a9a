/** Services down, axes across. A cell that differs from what most axes say is marked. */
import type { LineView, ProposalView } from '@fieldfare/domain';
import { Button, Tooltip } from '@mantine/core';
import { money } from '../lib/format.ts';
import { Tag } from '../shell/tag.tsx';
import classes from './care-plan.module.css';
import { hoursText, PROVIDERS } from './words.tsx';

/** What most scenarios say of a service; the earlier on a tie. */
export function usualAmount(amounts: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const amount of amounts) counts.set(amount, (counts.get(amount) ?? 0) + 1);
  return [...counts].reduce((best, each) => (each[1] > best[1] ? each : best), ['', 0] as [string, number])[0];
}

const NOTHING = '–';

const detail = (line: LineView): string =>
  [
    line.mode === 'remote' && line.visits ? 'remote' : null,
    line.provider === 'any' || line.provider === 'own' ? null : PROVIDERS[line.provider].toLowerCase(),
  ]
    .filter((word) => word !== null)
    .join(', ');

export function ScenarioTable(props: {
  readonly proposal: ProposalView;
  readonly onChoose: ((axis: string) => void) | null;
  readonly choosing: string | null;
  readonly colourOf: (service: string) => string;
}) {
  const { proposal, onChoose, choosing, colourOf } = props;
  const { scenarios, recommended } = proposal;
  const services = [...new Map(scenarios.flatMap(({ lines }) => lines.map(({ service, label }) => [service, label])))];
  return (
    <div className={classes.tableBox}>
      <table className={classes.table}>
        <thead>
          <tr>
            <th scope="col">A week</th>
            {scenarios.map(({ axis, name }) => (
              <th scope="col" key={axis}>
                {name} {axis === recommended && <Tag tone="good">Recommended</Tag>}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {services.map(([service, label]) => {
            const cells = scenarios.map(({ lines }) => lines.find((line) => line.service === service) ?? null);
            const usual = usualAmount(cells.map((line) => line?.amount ?? NOTHING));
            return (
              <tr key={service}>
                <th scope="row" data-colour={colourOf(service)}>
                  <span className={classes.swatch} /> {label}
                </th>
                {cells.map((line, index) => {
                  const amount = line?.amount ?? NOTHING;
                  const differs = amount !== usual;
                  return (
                    <td key={scenarios[index]?.axis} data-differs={differs || undefined}>
                      <Tooltip disabled={!line} label={line?.reasons.map((reason) => <div key={reason}>{reason}</div>)}>
                        <span>{amount}</span>
                      </Tooltip>
                      {line && <span className={classes.dim}> {detail(line)}</span>}
                    </td>
                  );
                })}
              </tr>
            );
          })}
          <tr className={classes.sum}>
            <th scope="row">Hours of visits</th>
            {scenarios.map(({ axis, hoursPerWeek }) => (
              <td key={axis}>{hoursText(hoursPerWeek)}</td>
            ))}
          </tr>
          <tr className={classes.sum}>
            <th scope="row">Cost</th>
            {scenarios.map(({ axis, cost }) => (
              <td key={axis}>
                <b>{money(cost.default)}</b>
                <span className={classes.dim}>
                  {' '}
                  {money(cost.low)} – {money(cost.high)}
                </span>
              </td>
            ))}
          </tr>
          <tr className={classes.sum}>
            <th scope="row">Envelope</th>
            {scenarios.map(({ axis, envelope }) => (
              <td key={axis}>{envelope.percent === null ? 'none' : `${envelope.percent} %, ${envelope.status}`}</td>
            ))}
          </tr>
          {onChoose && (
            <tr>
              <th scope="row">
                <span className={classes.hidden}>Choose</span>
              </th>
              {scenarios.map(({ axis, name, lines }) => (
                <td key={axis}>
                  <Button
                    variant={axis === recommended ? 'filled' : 'default'}
                    loading={choosing === axis}
                    disabled={lines.length === 0}
                    onClick={() => onChoose(axis)}
                    aria-label={`Choose ${name}`}
                  >
                    Choose
                  </Button>
                </td>
              ))}
            </tr>
          )}
        </tbody>
      </table>
      <p className={classes.small}>Marked cells differ from what most scenarios say.</p>
    </div>
  );
}
