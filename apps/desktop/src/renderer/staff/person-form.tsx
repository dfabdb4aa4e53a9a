/** What stands on the roster about one carer, as fields. Absences and patients are saved apart from them. */
import type { Partner, StaffFields } from '@fieldfare/domain';
import { NumberInput, SegmentedControl, Select, Switch, TagsInput, TextInput } from '@mantine/core';
import type { ReactNode } from 'react';
import type { FieldErrors } from '../lib/field-errors.ts';
import { optionsOf } from '../lib/options.ts';
import { DegreesField } from '../shell/degrees-field.tsx';
import { BreakEditor } from './break-editor.tsx';
import classes from './staff.module.css';
import { WeekEditor } from './week-editor.tsx';
import { EMPLOYMENT_NAMES, ROLE_NAMES } from './words.ts';

export const Card = (props: { readonly title: string; readonly children: ReactNode }) => (
  <section className={classes.card} aria-label={props.title}>
    <h2>{props.title}</h2>
    {props.children}
  </section>
);

export interface FormProps {
  readonly value: StaffFields;
  readonly errors: FieldErrors;
  readonly readOnly: boolean;
  readonly onChange: (change: Partial<StaffFields>) => void;
}

type TextField = 'reference' | 'givenName' | 'familyName' | 'team' | 'phone';

function Text(props: FormProps & { readonly field: TextField; readonly label: string; readonly most: number }) {
  const { value, errors, readOnly, onChange, field, label, most } = props;
  return (
    <TextInput
      size="xs"
      label={label}
      maxLength={most}
      required={field !== 'phone'}
      withAsterisk={false}
      readOnly={readOnly}
      error={errors.at(field)}
      value={value[field]}
      onChange={(event) => onChange({ [field]: event.currentTarget.value })}
    />
  );
}

const OWN = 'own';

export function PersonCard(props: FormProps & { readonly partners: readonly Pick<Partner, 'id' | 'name'>[] }) {
  const { value, errors, readOnly, onChange, partners } = props;
  return (
    <Card title="Person">
      <div className={classes.fields}>
        <Text {...props} field="givenName" label="Given name" most={80} />
        <Text {...props} field="familyName" label="Family name" most={80} />
        <Text {...props} field="reference" label="Staff number" most={40} />
        <Text {...props} field="phone" label="Phone" most={40} />
        <Select
          size="xs"
          label="Role"
          data={optionsOf(ROLE_NAMES)}
          allowDeselect={false}
          readOnly={readOnly}
          error={errors.at('role')}
          value={value.role}
          onChange={(role) => role && onChange({ role: role as StaffFields['role'] })}
        />
        <Text {...props} field="team" label="Team" most={60} />
        <Select
          size="xs"
          label="Employment"
          data={optionsOf(EMPLOYMENT_NAMES)}
          allowDeselect={false}
          readOnly={readOnly}
          error={errors.at('employmentType')}
          value={value.employmentType}
          onChange={(type) => type && onChange({ employmentType: type as StaffFields['employmentType'] })}
        />
        <Select
          size="xs"
          label="Works for"
          data={[
            { value: OWN, label: 'Our organisation' },
            ...partners.map(({ id, name }) => ({ value: id, label: name })),
          ]}
          allowDeselect={false}
          readOnly={readOnly}
          error={errors.at('partnerId')}
          value={value.partnerId ?? OWN}
          onChange={(id) => id && onChange({ partnerId: id === OWN ? null : id })}
        />
      </div>
      <Switch
        size="xs"
        label="Can be booked"
        description="Off for somebody who has left: planned visits stay and show as clashes."
        disabled={readOnly}
        checked={value.active}
        onChange={(event) => onChange({ active: event.currentTarget.checked })}
      />
    </Card>
  );
}

export function SkillsCard({ value, errors, readOnly, onChange }: FormProps) {
  return (
    <Card title="Skills and languages">
      <TagsInput
        size="xs"
        autoComplete="off"
        label="Skills"
        description="Beyond the role, in your own words; requirements ask for them by the same words."
        placeholder={readOnly ? '' : 'Type one and press Enter'}
        maxTags={40}
        readOnly={readOnly}
        error={errors.at('skills') ?? errors.within('skills').values().next().value}
        value={[...(value.skills ?? [])]}
        onChange={(skills) => onChange({ skills: skills.map((skill) => skill.toLowerCase()) })}
      />
      <TagsInput
        size="xs"
        autoComplete="off"
        label="Languages"
        description="Codes: en, fr, pa, so …"
        placeholder={readOnly ? '' : 'Type a code and press Enter'}
        maxTags={20}
        readOnly={readOnly}
        error={errors.at('languages') ?? errors.within('languages').values().next().value}
        value={[...value.languages]}
        onChange={(languages) => onChange({ languages: languages.map((code) => code.toLowerCase()) })}
      />
    </Card>
  );
}

export function HoursCard({ value, errors, readOnly, onChange }: FormProps) {
  const hours = (field: 'capacityMinutes' | 'overtimeMinutes', label: string, description: string, most: number) => (
    <NumberInput
      size="xs"
      label={label}
      description={description}
      suffix=" h"
      min={0}
      max={most}
      step={0.5}
      decimalScale={2}
      readOnly={readOnly}
      error={errors.at(field)}
      value={(value[field] ?? 0) / 60}
      onChange={(count) => typeof count === 'number' && onChange({ [field]: Math.round(count * 60) })}
    />
  );
  const degrees = (field: 'homeLat' | 'homeLng', label: string, most: 90 | 180) => (
    <DegreesField
      {...{ label, most, readOnly, error: errors.at(field), value: value[field] }}
      onChange={(angle) => onChange({ [field]: angle })}
    />
  );
  const from = value.startsFrom ?? 'home';
  return (
    <Card title="Hours and travel">
      <div className={classes.fields}>
        {hours('capacityMinutes', 'Hours of visits a week', 'Without overtime; travel not counted.', 100)}
        {hours('overtimeMinutes', 'Agreed overtime', 'Most hours above them; 0: none.', 50)}
      </div>
      <div>
        <span className={classes.label}>The day starts and ends at</span>
        <SegmentedControl
          size="xs"
          aria-label="The day starts and ends at"
          readOnly={readOnly}
          data={[
            { value: 'home', label: 'Home' },
            { value: 'office', label: 'The office' },
          ]}
          value={from}
          onChange={(place) => onChange({ startsFrom: place as StaffFields['startsFrom'] })}
        />
      </div>
      {from === 'home' ? (
        <div className={classes.fields}>
          {degrees('homeLat', 'Home latitude', 90)}
          {degrees('homeLng', 'Home longitude', 180)}
        </div>
      ) : (
        <p className={classes.hint}>Drives are counted from the region’s own place and back to it.</p>
      )}
    </Card>
  );
}

export function WeekCard({ value, errors, readOnly, onChange }: FormProps) {
  return (
    <Card title="Working week">
      <WeekEditor
        week={value.availability}
        readOnly={readOnly}
        errors={errors.within('availability')}
        onChange={(availability) => onChange({ availability })}
      />
      <BreakEditor
        breaks={value.breaks ?? []}
        readOnly={readOnly}
        errors={errors.within('breaks')}
        onChange={(breaks) => onChange({ breaks })}
      />
    </Card>
  );
}
