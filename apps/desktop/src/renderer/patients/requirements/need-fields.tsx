/** The fields of one need. */
import type { RequirementFields, RequirementsView } from '@fieldfare/domain';
import { NumberInput, SegmentedControl, Select, TagsInput } from '@mantine/core';
import { type Carers, carersOf, pairingOf } from '../../lib/carers.ts';
import type { FieldErrors } from '../../lib/field-errors.ts';
import { optionsOf } from '../../lib/options.ts';
import form from '../../shell/form-dialog.module.css';
import { GapField } from '../../shell/gap-field.tsx';
import { NeedWindows } from './need-windows.tsx';
import classes from './requirements.module.css';
import { CONTINUITY_NAMES, PRIORITY_NAMES, PROVIDER_NAMES, spacingText } from './wording.ts';

const CARERS = [
  { value: 'one', label: 'One carer' },
  { value: 'together', label: 'Two together' },
  { value: 'after', label: 'Two, one after the other' },
];

export function NeedFields(props: {
  readonly view: RequirementsView;
  readonly value: RequirementFields;
  readonly errors: FieldErrors;
  readonly onChange: (change: Partial<RequirementFields>) => void;
}) {
  const { view, value, errors, onChange } = props;
  const service = view.services.find(({ code }) => code === value.serviceCode);
  const spacing = service ? spacingText(service) : '';
  const { pairing } = value;
  const count = (
    field: 'visitsPerWeek' | 'minutes' | 'everyWeeks',
    label: string,
    [least, most, step]: readonly [number, number, number],
    suffix = '',
  ) => (
    <NumberInput
      size="xs"
      label={label}
      suffix={suffix}
      min={least}
      max={most}
      step={step}
      allowDecimal={false}
      error={errors.at(field)}
      value={value[field] ?? 1}
      onChange={(number) => typeof number === 'number' && onChange({ [field]: number })}
    />
  );
  const gap = (field: 'leastMinutes' | 'mostMinutes', label: string) =>
    pairing?.kind === 'after' && (
      <GapField
        end={field}
        label={label}
        error={errors.at('pairing')}
        pairing={pairing}
        onPairing={(next) => onChange({ pairing: next })}
      />
    );
  return (
    <>
      <Select
        size="xs"
        label="Service"
        placeholder="Choose a service"
        data={view.services.map(({ code, name }) => ({ value: code, label: name }))}
        allowDeselect={false}
        error={errors.at('serviceCode')}
        value={value.serviceCode || null}
        onChange={(code) => {
          const chosen = view.services.find((each) => each.code === code);
          if (!chosen) return;
          const able = chosen.carers.some(({ staffId }) => staffId === value.preferredStaffId);
          onChange({
            serviceCode: chosen.code,
            minutes: chosen.minutes,
            ...(able ? {} : { preferredStaffId: null }),
          });
        }}
      />
      {spacing !== '' && <p className={classes.hint}>The service keeps {spacing} (Scheduling rules).</p>}
      <div className={classes.fields}>
        {count('visitsPerWeek', 'Visits a week', [1, 42, 1])}
        {count('minutes', 'Length', [5, 720, 15], ' min')}
        {count('everyWeeks', 'Every … weeks', [1, 8, 1])}
      </div>
      <NeedWindows
        windows={value.windows}
        errors={errors.within('windows')}
        onChange={(windows) => onChange({ windows })}
      />
      <div>
        <span className={classes.label}>Carers at one visit</span>
        <SegmentedControl
          size="xs"
          aria-label="Carers at one visit"
          data={CARERS}
          value={carersOf(pairing)}
          onChange={(carers) => onChange({ pairing: pairingOf(carers as Carers) })}
        />
      </div>
      {pairing?.kind === 'after' && (
        <div className={classes.fields}>
          {gap('leastMinutes', 'The second comes at least')}
          {gap('mostMinutes', 'and at most, after the first has left')}
        </div>
      )}
      <div className={classes.fields}>
        <Select
          size="xs"
          label="Who delivers it"
          data={optionsOf(PROVIDER_NAMES)}
          allowDeselect={false}
          value={value.providerPreference}
          onChange={(who) => who && onChange({ providerPreference: who as RequirementFields['providerPreference'] })}
        />
        <Select
          size="xs"
          label="Priority"
          data={optionsOf(PRIORITY_NAMES)}
          allowDeselect={false}
          value={value.priority}
          onChange={(priority) => priority && onChange({ priority: priority as RequirementFields['priority'] })}
        />
        <Select
          size="xs"
          label="The same carers"
          data={optionsOf(CONTINUITY_NAMES)}
          allowDeselect={false}
          value={value.continuity ?? 'usual'}
          onChange={(weight) => weight && onChange({ continuity: weight as RequirementFields['continuity'] })}
        />
      </div>
      <div className={form.two}>
        <Select
          size="xs"
          label="Preferred carer"
          placeholder="No wish"
          clearable
          searchable
          clearButtonProps={{ 'aria-label': 'No preferred carer' }}
          nothingFoundMessage="Nobody here may deliver the service"
          data={(service?.carers ?? []).map(({ staffId, name }) => ({ value: staffId, label: name }))}
          error={errors.at('preferredStaffId')}
          value={value.preferredStaffId}
          onChange={(preferredStaffId) => onChange({ preferredStaffId })}
        />
        <TagsInput
          size="xs"
          autoComplete="off"
          label="Skills and languages asked for"
          placeholder={value.skills?.length ? '' : 'None'}
          maxTags={20}
          data={[...view.known]}
          error={errors.at('skills') ?? errors.within('skills').values().next().value}
          value={[...(value.skills ?? [])]}
          onChange={(skills) => onChange({ skills: skills.map((skill) => skill.toLowerCase()) })}
        />
      </div>
    </>
  );
}
