/** What the patient needs, at a glance: by group, with what changed, and on demand where each value comes from. */
import type { ProfileChange } from '@fieldfare/domain/assessments';
import {
  CAPS,
  type CapId,
  type Finding,
  NEED_GROUPS,
  NEEDS,
  type NeedGroup,
  type NeedId,
  SAFETY_FLAGS,
} from '@fieldfare/domain/assessments';
import { IconAlertTriangle, IconArrowDownRight, IconArrowUpRight, IconMinus } from '@tabler/icons-react';
import { fullDate } from '../../lib/format.ts';
import { Tag } from '../../shell/tag.tsx';
import type { TabProps } from '../tab-props.ts';
import { Why } from '../why.tsx';
import { instrumentName, levelWords } from '../wording.ts';
import { CONTEXT_FIELDS, ContextForm, isContext } from './context-form.tsx';
import classes from './needs.module.css';

const GROUPS: Readonly<Record<NeedGroup, string>> = {
  'daily-life': 'Daily life',
  cognition: 'Mind and mood',
  behaviour: 'Behaviour',
  'clinical-risk': 'Clinical risks',
  rehab: 'Rehabilitation',
  caregiver: 'Helpers',
  technology: 'Technology',
  context: 'Place and person',
};

const FLAGS: Readonly<Record<(typeof SAFETY_FLAGS)[number], string>> = {
  'local.selfHarm': 'Harm to self',
  'local.harmOthers': 'Harm to others',
  'local.psychosis': 'Psychosis',
  'local.selfCare': 'Care of self',
};

const capName = (id: CapId): string => CAPS[id].label;

function valueText(value: number | string | boolean | null): string | null {
  if (value === null) return null;
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  return String(value).replace(/^(\d+)-(\d+)$/, '$1–$2');
}

const CHANGES = {
  worse: { icon: IconArrowUpRight, word: 'More need' },
  better: { icon: IconArrowDownRight, word: 'Less need' },
  other: { icon: IconMinus, word: 'Changed' },
  told: { icon: IconMinus, word: 'Not known before' },
  lost: { icon: IconMinus, word: 'Known before' },
} as const;

function Change({ change }: { readonly change: ProfileChange }) {
  const { icon: Icon, word } = CHANGES[change.direction];
  const before = valueText(change.before);
  const text = before === null ? word : `${word}: was ${levelWords(before)}`;
  return (
    <span className={classes.change} data-direction={change.direction} title={text}>
      <Icon size={14} aria-label={text} />
      {before !== null && change.kind === 'need' && <span className="ff-num">{before}</span>}
    </span>
  );
}

/** How far up its range a number is. */
function Scale({ value, range }: { readonly value: number; readonly range: readonly [number, number] }) {
  const [least, most] = range;
  const share = most === least ? 0 : (value - least) / (most - least);
  return (
    <span className={classes.scale} aria-hidden="true">
      <span style={{ width: `${Math.round(share * 100)}%` }} />
    </span>
  );
}

export function NeedsTab({ client, regionId, patientId, record }: TabProps) {
  const { profile, used, comparison } = record.needs;
  const changes = new Map(comparison?.changes.map((change) => [`${change.kind} ${change.id}`, change]));
  const alerts = SAFETY_FLAGS.filter((id) => profile.safetyFlags[id].value === 3);
  const why = (label: string, finding: Finding<number | string | boolean>, key: string, aside?: React.ReactNode) => {
    const scale = finding.provenance.find(({ kind }) => kind !== 'item');
    const change = changes.get(key);
    const text = valueText(finding.value);
    return (
      <Why
        label={label}
        value={key.startsWith('cap ') && text !== null ? levelWords(text) : text}
        status={finding.status}
        rule={scale && scale.kind !== 'record' ? [scale.code, scale.pack].filter(Boolean).join(', rule pack ') : ''}
        inputs={finding.provenance.filter(({ kind }) => kind === 'item')}
        missing={finding.missing}
        used={used}
        {...(scale?.kind === 'record' ? { note: 'From the patient’s own record.' } : {})}
        aside={
          <>
            {change && <Change change={change} />}
            {aside}
          </>
        }
      />
    );
  };
  if (profile.assessedOn === null) {
    return (
      <div className={classes.empty}>
        <p>Nothing is known of this patient’s needs yet. Record or import an assessment.</p>
      </div>
    );
  }
  const caps = (Object.keys(CAPS) as CapId[]).map((id) => ({ id, finding: profile.caps[id] as Finding<string> }));
  const triggered = caps.filter(({ finding }) => finding.value !== null && finding.value !== 'none');
  const unknown = caps.filter(({ finding }) => finding.value === null);
  return (
    <div className={classes.profile} data-testid="needs-profile">
      {alerts.length > 0 && (
        <p className={classes.alert} role="alert">
          <IconAlertTriangle size={16} />
          {alerts.map((id) => FLAGS[id]).join(', ')}: level 3. Nothing is recommended automatically; a person looks at
          this today.
        </p>
      )}
      <p className={classes.from}>
        From{' '}
        {used
          .map(({ instrument, assessedOn }) => `${instrumentName(instrument)} of ${fullDate(assessedOn)}`)
          .join(', ')}
        . Higher is more need.
        {comparison && ` Arrows compare with ${fullDate(comparison.assessedOn)}.`}
      </p>
      <div className={classes.groups}>
        {NEED_GROUPS.map((group) => (
          <section key={group} className={classes.group} aria-label={GROUPS[group]}>
            <h2>{GROUPS[group]}</h2>
            {(Object.keys(NEEDS) as NeedId[])
              .filter((id) => NEEDS[id].group === group && !(record.writable && isContext(id)))
              .map((id) => {
                const finding = profile.needs[id];
                const { label, range } = NEEDS[id];
                const bar =
                  typeof finding.value === 'number' && range ? <Scale value={finding.value} range={range} /> : null;
                return (
                  <div key={id} data-need={id}>
                    {why(label, finding, `need ${id}`, bar)}
                  </div>
                );
              })}
            {record.writable && (
              <ContextForm
                client={client}
                regionId={regionId}
                patientId={patientId}
                context={record.context}
                fields={CONTEXT_FIELDS.filter((id) => NEEDS[id].group === group)}
              />
            )}
          </section>
        ))}
        <section className={classes.group} aria-label="Safety flags">
          <h2>Safety flags</h2>
          {SAFETY_FLAGS.map((id) => (
            <div key={id} data-flag={id}>
              {why(FLAGS[id], profile.safetyFlags[id], `flag ${id}`)}
            </div>
          ))}
        </section>
        <section className={classes.group} aria-label="Protocols">
          <h2>
            Protocols <Tag tone="info">{triggered.length} triggered</Tag>
          </h2>
          <div>
            {triggered.map(({ id, finding }) => (
              <div key={id} data-cap={id}>
                {why(capName(id), finding, `cap ${id}`)}
              </div>
            ))}
          </div>
          {unknown.length > 0 && (
            <p className={classes.quiet}>Not known: {unknown.map(({ id }) => capName(id).toLowerCase()).join(', ')}.</p>
          )}
        </section>
        {profile.orders.length > 0 && (
          <section className={classes.group} aria-label="Orders">
            <h2>Ordered treatment</h2>
            {profile.orders.map((order) => (
              <Why
                key={order.kind}
                label={order.kind === 'iv' ? 'Medicine by vein' : 'Wound care'}
                value="ordered"
                status="recorded"
                rule=""
                inputs={order.provenance}
                missing={[]}
                used={used}
              />
            ))}
          </section>
        )}
      </div>
    </div>
  );
}
