/** Who a patient is and where they live: to admit somebody, or to change what differs. */
import type { Patient, PatientFields } from '@fieldfare/domain';
import { type Problem, problem } from '@fieldfare/kernel';
import type { WorkspaceClient } from '@fieldfare/workspace/client';
import { Button, Modal, Select, Textarea, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { fieldErrors } from '../lib/field-errors.ts';
import { optionsOf } from '../lib/options.ts';
import { attempt, problemsText } from '../lib/problems.ts';
import { DegreesField } from '../shell/degrees-field.tsx';
import classes from '../shell/form-dialog.module.css';
import { notify } from '../shell/notify.tsx';
import { CARE_NAMES, RISK_NAMES } from './wording.ts';

interface Place {
  readonly lat: number;
  readonly lng: number;
}

const newcomer = ({ lat, lng }: Place): PatientFields => ({
  reference: '',
  givenName: '',
  familyName: '',
  birthDate: null,
  phone: '',
  address: '',
  municipality: '',
  lat,
  lng,
  risk: 'moderate',
  status: 'active',
  notes: '',
});

const NEEDED = ['givenName', 'familyName', 'reference', 'municipality'] as const;
type TextField = (typeof NEEDED)[number] | 'phone' | 'address';

export function PatientDialog(props: {
  readonly client: WorkspaceClient;
  readonly regionId: string;
  /** Null: somebody who is admitted. */
  readonly patient: Patient | null;
  /** Where a new patient is put until somebody says better. */
  readonly office: Place;
  readonly onClose: () => void;
  readonly onAdmitted?: (patientId: string) => void;
}) {
  const { client, regionId, patient, office, onClose, onAdmitted } = props;
  const [edits, setEdits] = useState<Partial<PatientFields>>({});
  const [problems, setProblems] = useState<readonly Problem[]>([]);
  const [busy, setBusy] = useState(false);
  const value: PatientFields = { ...(patient ?? newcomer(office)), ...edits };
  const errors = fieldErrors(problems);
  const change = (fields: Partial<PatientFields>): void => setEdits((before) => ({ ...before, ...fields }));

  const save = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    const missing = NEEDED.filter((field) => value[field].trim() === '');
    if (missing.length > 0) {
      return setProblems(missing.map((field) => problem('invalid', 'is needed', { path: [field] })));
    }
    setBusy(true);
    const result = await attempt(async () => {
      if (patient === null) return client.patients.admit.mutate({ regionId, set: value });
      await client.patients.change.mutate({ regionId, patientId: patient.id, set: edits as PatientFields });
      return null;
    });
    setBusy(false);
    if (!result.ok) return setProblems(result.problems);
    notify({ tone: 'good', title: patient ? 'Saved' : 'Patient admitted' });
    onClose();
    if (result.value) onAdmitted?.(result.value.patientId);
  };
  const text = (field: TextField, label: string, most: number) => (
    <TextInput
      size="xs"
      label={label}
      maxLength={most}
      error={errors.at(field)}
      value={value[field]}
      onChange={(event) => change({ [field]: event.currentTarget.value })}
    />
  );
  const degrees = (field: 'lat' | 'lng', label: string, most: 90 | 180) => (
    <DegreesField
      {...{ label, most, error: errors.at(field), value: value[field] }}
      onChange={(angle) => change({ [field]: angle })}
    />
  );
  return (
    <Modal opened onClose={onClose} title={patient ? 'Patient’s details' : 'Admit a patient'} size={640}>
      <form className={classes.form} onSubmit={(event) => void save(event)} data-testid="patient-form">
        <div className={classes.two}>
          {text('givenName', 'Given name', 80)}
          {text('familyName', 'Family name', 80)}
        </div>
        <div className={classes.three}>
          {text('reference', 'Patient number', 40)}
          <TextInput
            size="xs"
            type="date"
            label="Date of birth"
            error={errors.at('birthDate')}
            value={value.birthDate ?? ''}
            onChange={(event) => change({ birthDate: event.currentTarget.value || null })}
          />
          {text('phone', 'Phone', 40)}
        </div>
        <div className={classes.two}>
          {text('address', 'Address', 200)}
          {text('municipality', 'Municipality', 80)}
          {degrees('lat', 'Latitude', 90)}
          {degrees('lng', 'Longitude', 180)}
          <Select
            size="xs"
            label="Risk"
            description="Weighs how much a visit counts that finds no place."
            data={optionsOf(RISK_NAMES)}
            allowDeselect={false}
            error={errors.at('risk')}
            value={value.risk}
            onChange={(risk) => risk && change({ risk: risk as PatientFields['risk'] })}
          />
          <Select
            size="xs"
            label="Care"
            description="New visits are made for active patients only."
            data={optionsOf(CARE_NAMES)}
            allowDeselect={false}
            error={errors.at('status')}
            value={value.status}
            onChange={(status) => status && change({ status: status as PatientFields['status'] })}
          />
        </div>
        <Textarea
          size="xs"
          label="Notes for whoever visits"
          autosize
          minRows={2}
          maxRows={6}
          maxLength={4000}
          error={errors.at('notes')}
          value={value.notes}
          onChange={(event) => change({ notes: event.currentTarget.value })}
        />
        {errors.rest.length > 0 && (
          <p className={classes.problem} role="alert">
            {problemsText(errors.rest)}
          </p>
        )}
        <footer className={classes.foot}>
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={busy} disabled={patient !== null && Object.keys(edits).length === 0}>
            {patient ? 'Save' : 'Admit'}
          </Button>
        </footer>
      </form>
    </Modal>
  );
}
