/** A plan to read, and to print: one sheet with its lines, what changed, what was decided otherwise, and signatures. */
import type { Patient, PlanView } from '@fieldfare/domain';
import { dateOfInstant, fullDate, money } from '../lib/format.ts';
import { Tag } from '../shell/tag.tsx';
import classes from './care-plan.module.css';
import { Envelope, hoursText, PROVIDERS, STATUS, visitsText } from './words.tsx';

const WEEKDAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];

const windowText = ({ weekdays, from, to }: PlanView['lines'][number]['windows'][number]): string =>
  `${weekdays.length === 0 ? '' : `${weekdays.map((day) => WEEKDAYS[day - 1]).join(' ')} `}${from} – ${to}`;

const FIELDS: Readonly<Record<string, string>> = {
  quantityHundredths: 'amount',
  visitsHundredths: 'visits',
  minutes: 'length',
  provider: 'who',
  mode: 'in person or remote',
  priority: 'priority',
  windows: 'times',
  pairing: 'carers',
};

function Changes({ plan }: { readonly plan: PlanView }) {
  const changes = plan.changes.filter(({ kind }) => kind !== 'same');
  if (plan.replacesVersion === null) return null;
  return (
    <section>
      <h4 className={classes.sideTitle}>Against version {plan.replacesVersion}</h4>
      {changes.length === 0 && <p className={classes.small}>Nothing changed.</p>}
      <ul className={classes.plainList}>
        {changes.map(({ service, label, kind, before, after, fields }) => (
          <li key={service} data-change={kind}>
            <strong>{label}</strong> {kind === 'added' && `new: ${after}`}
            {kind === 'removed' && `taken out, was ${before}`}
            {kind === 'changed' &&
              (before === after
                ? `${[...new Set(fields.map((field) => FIELDS[field] ?? field))].join(', ')} changed`
                : `${before} → ${after}`)}
          </li>
        ))}
      </ul>
    </section>
  );
}

export function PlanSheet(props: {
  readonly plan: PlanView;
  readonly patient: Pick<Patient, 'givenName' | 'familyName' | 'reference' | 'birthDate'>;
  readonly organisation: string;
  readonly zone: string;
  readonly colourOf: (service: string) => string;
}) {
  const { plan, patient, organisation, zone, colourOf } = props;
  const status = STATUS[plan.status];
  return (
    <article className={classes.sheet} aria-label="Care plan" data-testid="plan-sheet">
      <header className={classes.sheetHead}>
        <div>
          <h2 className={classes.sheetTitle}>
            Care plan{plan.version === null ? '' : `, version ${plan.version}`}{' '}
            <Tag tone={status.tone}>{status.text}</Tag>
          </h2>
          <div className={classes.printOnly}>
            {patient.givenName} {patient.familyName}, {patient.reference}
            {patient.birthDate && `, born ${fullDate(patient.birthDate)}`}
          </div>
          <div className={classes.dim}>
            {plan.axisName}
            {plan.startsOn && `, from ${fullDate(plan.startsOn)}`}
            {plan.endsOn && ` to ${fullDate(plan.endsOn)}`}
            {plan.signedAt && `, signed by ${plan.signedBy} on ${fullDate(dateOfInstant(plan.signedAt, zone))}`}
          </div>
        </div>
        <div className={classes.printOnly}>{organisation}</div>
      </header>
      <table className={classes.table}>
        <thead>
          <tr>
            <th scope="col">Service</th>
            <th scope="col">A week</th>
            <th scope="col">Visits</th>
            <th scope="col">When</th>
            <th scope="col">Who</th>
          </tr>
        </thead>
        <tbody>
          {plan.lines.map((line) => (
            <tr key={line.service}>
              <th scope="row" data-colour={colourOf(line.service)}>
                <span className={classes.swatch} /> {line.label}
                {line.ordered && <span className={classes.ordered}>ordered</span>}
                {line.oneOff && <span className={classes.ordered}>first 4 weeks</span>}
              </th>
              <td>{line.amount}</td>
              <td>{line.visits ? visitsText(line.unit, line.visits) : ''}</td>
              <td>{line.windows.map(windowText).join('; ')}</td>
              <td>
                {PROVIDERS[line.provider]}
                {line.mode === 'remote' && line.visits ? ', remote' : ''}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {plan.review && (
        <section className={classes.sheetCost}>
          <div>
            <b>{money(plan.review.cost.default)}</b> a week{' '}
            <span className={classes.dim}>
              {money(plan.review.cost.low)} – {money(plan.review.cost.high)}, {hoursText(plan.review.hoursPerWeek)}{' '}
              hours of visits
            </span>
          </div>
          <Envelope envelope={plan.review.envelope} cents={plan.review.cost.default} />
        </section>
      )}
      <Changes plan={plan} />
      {plan.overrides.length > 0 && (
        <section>
          <h4 className={classes.sideTitle}>Decided otherwise</h4>
          <ul className={classes.plainList}>
            {plan.overrides.map(({ rule, label, reason, by }) => (
              <li key={`${rule} ${label}`} title={rule}>
                <strong>{label}</strong> {reason} <span className={classes.dim}>({by})</span>
              </li>
            ))}
          </ul>
        </section>
      )}
      {plan.review && plan.review.notes.length > 0 && (
        <section>
          <h4 className={classes.sideTitle}>What to mind</h4>
          <ul className={classes.plainList}>
            {plan.review.notes.map(({ rule, text }) => (
              <li key={rule} title={rule}>
                {text}
              </li>
            ))}
          </ul>
        </section>
      )}
      <footer className={classes.sheetFoot}>
        Needs of {plan.assessedOn === null ? 'no assessment' : fullDate(plan.assessedOn)}; matrix {plan.versions.matrix}
        , axes {plan.versions.axes}, rates {plan.versions.rates}
        {plan.calibration === 'uncalibrated' && ' (uncalibrated)'}. Decision support, accepted by a person.
      </footer>
      <div className={classes.signatures}>
        <span>Coordinator</span>
        <span>Patient or substitute decision maker</span>
        <span>Date</span>
      </div>
    </article>
  );
}
