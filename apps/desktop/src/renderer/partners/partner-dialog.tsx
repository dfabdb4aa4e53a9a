/** What was agreed with one partner. An empty number: nothing was agreed. */
import type { Partner, PartnerFields, PartnersView } from '@fieldfare/domain';
import { type Problem, problem } from '@fieldfare/kernel';
import type { WorkspaceClient } from '@fieldfare/workspace/client';
import { Button, Checkbox, Modal, MultiSelect, NumberInput, Switch, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { fieldErrors } from '../lib/field-errors.ts';
import { attempt, problemsText } from '../lib/problems.ts';
import { useApp } from '../shell/app-context.tsx';
import form from '../shell/form-dialog.module.css';
import { notify } from '../shell/notify.tsx';
import classes from './partners.module.css';

const NEW: PartnerFields = {
  name: '',
  regionIds: [],
  serviceCodes: [],
  phone: '',
  active: true,
  centsAnHour: null,
  capacityMinutes: null,
  noticeDays: null,
};

export function PartnerDialog(props: {
  readonly client: WorkspaceClient;
  readonly view: PartnersView;
  /** Null: another one. */
  readonly partner: Partner | null;
  readonly onClose: () => void;
}) {
  const { client, view, partner, onClose } = props;
  const { org } = useApp();
  const [value, setValue] = useState<PartnerFields>({ ...NEW, ...partner });
  const [problems, setProblems] = useState<readonly Problem[]>([]);
  const [busy, setBusy] = useState(false);
  const errors = fieldErrors(problems);
  const change = (fields: Partial<PartnerFields>): void => setValue((before) => ({ ...before, ...fields }));
  const save = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (value.name.trim() === '') return setProblems([problem('invalid', 'is needed', { path: ['name'] })]);
    setBusy(true);
    const result = await attempt(() => client.partners.save.mutate({ partnerId: partner?.id ?? null, set: value }));
    setBusy(false);
    if (!result.ok) return setProblems(result.problems);
    notify({ tone: 'good', title: partner ? 'Saved' : `${value.name.trim()} added` });
    onClose();
  };
  /** `unit`: how many of what is stored make one of what is shown. */
  const number = (
    field: 'capacityMinutes' | 'noticeDays' | 'centsAnHour',
    label: string,
    description: string,
    options: { unit: number; most: number; decimals: number; empty: string; prefix?: string; suffix?: string },
  ) => {
    const stored = value[field];
    const { unit, most, decimals, empty, ...affix } = options;
    return (
      <NumberInput
        size="xs"
        label={label}
        description={description}
        placeholder={empty}
        min={0}
        max={most}
        decimalScale={decimals}
        {...affix}
        error={errors.at(field)}
        value={typeof stored === 'number' ? stored / unit : ''}
        onChange={(count) => change({ [field]: typeof count === 'number' ? Math.round(count * unit) : null })}
      />
    );
  };
  return (
    <Modal opened onClose={onClose} title={partner ? 'Change partner' : 'Add partner'} size={600}>
      <form className={form.form} onSubmit={(event) => void save(event)} data-testid="partner-form">
        <div className={classes.two}>
          <TextInput
            size="xs"
            label="Name"
            maxLength={120}
            error={errors.at('name')}
            value={value.name}
            onChange={(event) => change({ name: event.currentTarget.value })}
          />
          <TextInput
            size="xs"
            label="Phone"
            maxLength={40}
            error={errors.at('phone')}
            value={value.phone}
            onChange={(event) => change({ phone: event.currentTarget.value })}
          />
        </div>
        <MultiSelect
          size="xs"
          label="Services it is contracted for"
          placeholder={value.serviceCodes.length === 0 ? 'None' : ''}
          data={view.services.map(({ code, name }) => ({ value: code, label: name }))}
          error={errors.at('serviceCodes')}
          value={value.serviceCodes}
          onChange={(serviceCodes) => change({ serviceCodes })}
        />
        <Checkbox.Group
          size="xs"
          label="Regions"
          error={errors.at('regionIds')}
          value={value.regionIds}
          onChange={(regionIds) => change({ regionIds })}
        >
          <div className={classes.choices}>
            {org.regions.map(({ id, name }) => (
              <Checkbox key={id} size="xs" value={id} label={name} />
            ))}
          </div>
        </Checkbox.Group>
        <div className={form.three}>
          {number('capacityMinutes', 'Hours a week', 'In each region, all its carers.', {
            ...{ unit: 60, most: 10_000, decimals: 2, empty: 'Not limited', suffix: ' h' },
          })}
          {number('noticeDays', 'Days of notice', 'From asking to the visit.', {
            ...{ unit: 1, most: 60, decimals: 0, empty: 'None' },
          })}
          {number('centsAnHour', 'Price an hour', 'Of visits, for the plan’s cost.', {
            ...{ unit: 100, most: 1_000, decimals: 2, empty: 'None', prefix: '$' },
          })}
        </div>
        <Switch
          size="xs"
          label="Under contract"
          description="Off: its carers get nothing new; planned visits stay and show as clashes."
          checked={value.active}
          onChange={(event) => change({ active: event.currentTarget.checked })}
        />
        {errors.rest.length > 0 && (
          <p className={form.problem} role="alert">
            {problemsText(errors.rest)}
          </p>
        )}
        <footer className={form.foot}>
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={busy}>
            {partner ? 'Save' : 'Add partner'}
          </Button>
        </footer>
      </form>
    </Modal>
  );
}
