/** "Scheduling rules…": how strictly the organisation holds to each rule. An administrator may change it. */
import type { RulesView, RuleView } from '@fieldfare/domain';
import type { Problem } from '@fieldfare/kernel';
import { Button, Loader, Modal, NumberInput, SegmentedControl } from '@mantine/core';
import { useEffect, useState } from 'react';
import { useController } from '../board/context.tsx';
import { plural } from '../lib/format.ts';
import { problemsText } from '../lib/problems.ts';
import { notify } from '../shell/notify.tsx';
import classes from './rules-dialog.module.css';

const LEVELS: readonly { readonly value: RuleView['level']; readonly label: string }[] = [
  { value: 'block', label: 'Block' },
  { value: 'warn', label: 'Warn' },
  { value: 'off', label: 'Off' },
];

/** A number of minutes, entered as hours. */
function Hours(props: {
  readonly label: string;
  readonly minutes: number;
  readonly writable: boolean;
  readonly onChange: (minutes: number) => void;
}) {
  const { label, minutes, writable, onChange } = props;
  return (
    <NumberInput
      size="xs"
      className={classes.number ?? ''}
      aria-label={label}
      suffix=" h"
      min={0}
      max={24}
      step={0.5}
      decimalScale={1}
      readOnly={!writable}
      value={minutes / 60}
      onChange={(hours) => typeof hours === 'number' && onChange(Math.round(Math.min(24, hours) * 60))}
    />
  );
}

function Rule(props: {
  readonly rule: RuleView;
  readonly writable: boolean;
  readonly onChange: (rule: RuleView) => void;
}) {
  const { rule, writable, onChange } = props;
  return (
    <li className={classes.row}>
      <span className={classes.about}>
        {rule.about}
        <code className={classes.id}>{rule.rule}</code>
      </span>
      {rule.minutes !== null && rule.level !== 'off' && (
        <Hours
          label="Least rest in hours"
          minutes={rule.minutes}
          writable={writable}
          onChange={(minutes) => onChange({ ...rule, minutes })}
        />
      )}
      {rule.levels.length === 1 ? (
        <span className={classes.always}>always blocks</span>
      ) : (
        <SegmentedControl
          size="xs"
          aria-label={rule.about}
          readOnly={!writable}
          data={LEVELS.filter(({ value }) => rule.levels.includes(value))}
          value={rule.level}
          onChange={(level) => onChange({ ...rule, level: level as RuleView['level'] })}
        />
      )}
    </li>
  );
}

type Service = RulesView['services'][number];

function Spacing(props: {
  readonly service: Service;
  readonly writable: boolean;
  readonly onChange: (service: Service) => void;
}) {
  const { service, writable, onChange } = props;
  return (
    <li className={classes.row}>
      <span className={classes.about}>{service.name}</span>
      <Hours
        label={`${service.name}: hours between two visits`}
        minutes={service.minutes}
        writable={writable}
        onChange={(minutes) => onChange({ ...service, minutes })}
      />
      <NumberInput
        size="xs"
        className={classes.number ?? ''}
        aria-label={`${service.name}: days between two visits`}
        suffix={service.days === 1 ? ' day' : ' days'}
        min={0}
        max={7}
        allowDecimal={false}
        readOnly={!writable}
        value={service.days}
        onChange={(days) => typeof days === 'number' && onChange({ ...service, days: Math.min(7, days) })}
      />
    </li>
  );
}

type State =
  | { readonly state: 'loading' }
  | { readonly state: 'failed'; readonly problems: readonly Problem[] }
  | { readonly state: 'ready'; readonly saved: RulesView; readonly now: RulesView };

function Body({ onClose }: { readonly onClose: () => void }) {
  const { source } = useController();
  const [state, setState] = useState<State>({ state: 'loading' });
  const [busy, setBusy] = useState(false);
  useEffect(() => {
    void source.rules().then((found) => {
      setState(
        found.ok
          ? { state: 'ready', saved: found.value, now: found.value }
          : { state: 'failed', problems: found.problems },
      );
    });
  }, [source]);

  if (state.state === 'loading') {
    return (
      <p className={classes.lead}>
        <Loader size="xs" /> Reading the rules…
      </p>
    );
  }
  if (state.state === 'failed') return <p className={classes.lead}>{problemsText(state.problems)}</p>;
  const { saved, now } = state;
  const { writable } = saved;
  const show = (next: Partial<RulesView>): void => setState({ ...state, now: { ...now, ...next } });
  const rules = now.rules.filter((rule, index) => {
    const before = saved.rules[index];
    return rule.level !== before?.level || rule.minutes !== before?.minutes;
  });
  const services = now.services.filter((service, index) => {
    const before = saved.services[index];
    return service.minutes !== before?.minutes || service.days !== before?.days;
  });
  const changes = rules.length + services.length;
  const save = async (): Promise<void> => {
    setBusy(true);
    const result = await source.saveRules({
      rules: rules.map(({ rule, level, minutes }) => ({ rule, level, minutes })),
      services: services.map(({ code, minutes, days }) => ({ code, minutes, days })),
    });
    setBusy(false);
    if (!result.ok) return notify({ tone: 'bad', title: problemsText(result.problems) });
    notify({ tone: 'good', title: `${plural(result.value.changed, 'rule')} changed` });
    onClose();
  };
  return (
    <>
      <p className={classes.lead}>
        Blocked is what nobody may do; a warning may be passed over knowingly. Suggestions and auto-assign keep to every
        rule that is not off.
      </p>
      <div className={classes.scroll}>
        <ul className={classes.list} aria-label="Rules">
          {now.rules.map((rule) => (
            <Rule
              key={rule.rule}
              rule={rule}
              writable={writable}
              onChange={(next) => show({ rules: now.rules.map((each) => (each.rule === next.rule ? next : each)) })}
            />
          ))}
        </ul>
        <h3 className={classes.heading}>Between two visits of a service to one patient</h3>
        <ul className={classes.list} aria-label="Between two visits">
          {now.services.map((service) => (
            <Spacing
              key={service.code}
              service={service}
              writable={writable}
              onChange={(next) =>
                show({ services: now.services.map((each) => (each.code === next.code ? next : each)) })
              }
            />
          ))}
        </ul>
      </div>
      <footer className={classes.foot}>
        {!writable && <span className={classes.lead}>An administrator may change them.</span>}
        <Button variant="default" onClick={onClose}>
          Close
        </Button>
        {writable && (
          <Button disabled={changes === 0} loading={busy} onClick={() => void save()}>
            Save
          </Button>
        )}
      </footer>
    </>
  );
}

export function RulesDialog({ opened, onClose }: { readonly opened: boolean; readonly onClose: () => void }) {
  return (
    <Modal opened={opened} onClose={onClose} title="Scheduling rules" size={680}>
      {opened && <Body onClose={onClose} />}
    </Modal>
  );
}
