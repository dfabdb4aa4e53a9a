/** Assessments from a file: tried first, every fault named by item, then all of it recorded or nothing. */
import { FORMS } from '@fieldfare/domain/assessments';
import type { Patient } from '@fieldfare/domain/tables';
import type { WorkspaceClient } from '@fieldfare/workspace/client';
import { Button, Checkbox, FileButton, Modal, Select, Table } from '@mantine/core';
import { useState } from 'react';
import classes from '../../imports/imports.module.css';
import { fullDate, plural } from '../../lib/format.ts';
import { attempt, problemsText } from '../../lib/problems.ts';
import { textOf } from '../../lib/text-of-file.ts';
import { notify } from '../../shell/notify.tsx';
import { Tag } from '../../shell/tag.tsx';

type Trial = Awaited<ReturnType<WorkspaceClient['imports']['dryRunAssessments']['mutate']>>;

const FAULTS_SHOWN = 100;
const ACTION_WORDS = { create: 'new', amend: 'amends', unchanged: 'is there already' } as const;

export function AssessmentImport(props: {
  readonly client: WorkspaceClient;
  readonly regionId: string;
  /** The patient whose page this is; null: the file says whose each one is. */
  readonly patient: Patient | null;
  readonly onClose: () => void;
}) {
  const { client, regionId, patient, onClose } = props;
  const [file, setFile] = useState<{ readonly name: string; readonly text: string } | null>(null);
  const [formName, setFormName] = useState<string | null>(null);
  const [leaveOut, setLeaveOut] = useState(false);
  const [trial, setTrial] = useState<Trial | null>(null);
  const [problem, setProblem] = useState('');
  const [busy, setBusy] = useState(false);

  const request = (text: string, name: string | null, without: boolean) => {
    const form = FORMS.find((each) => each.name === name);
    return {
      regionId,
      text,
      patientId: patient?.id ?? null,
      form: form ? { instrument: form.instrument, version: form.version } : null,
      leaveOut: without,
    };
  };
  async function tryOut(text: string, name: string | null, without: boolean): Promise<void> {
    setBusy(true);
    setProblem('');
    setTrial(null);
    const result = await attempt(() => client.imports.dryRunAssessments.mutate(request(text, name, without)));
    setBusy(false);
    if (result.ok) setTrial(result.value);
    else setProblem(problemsText(result.problems));
  }
  async function choose(chosen: File | null): Promise<void> {
    if (!chosen) return;
    const text = await textOf(chosen);
    setFile({ name: chosen.name, text });
    await tryOut(text, formName, leaveOut);
  }
  async function commit(): Promise<void> {
    if (!file) return;
    setBusy(true);
    const result = await attempt(() => client.imports.commitAssessments.mutate(request(file.text, formName, leaveOut)));
    setBusy(false);
    if (!result.ok) {
      setProblem(problemsText(result.problems));
      return;
    }
    const made = result.value.planned.filter(({ action }) => action !== 'unchanged').length;
    notify({ tone: 'good', title: `${plural(made, 'assessment')} recorded` });
    onClose();
  }

  const nameless = trial?.faults.some(({ rule }) => rule === 'IMA-FORM' || rule === 'IMA-VERSION') ?? false;
  const recordable = trial?.planned.filter(({ action }) => action !== 'unchanged').length ?? 0;
  return (
    <Modal
      opened
      onClose={onClose}
      size="lg"
      title={patient ? `Import an assessment of ${patient.givenName} ${patient.familyName}` : 'Import assessments'}
    >
      <div className={classes.start}>
        <FileButton onChange={(chosen) => void choose(chosen)} accept=".json,.csv,.txt,application/json,text/csv">
          {(button) => (
            <Button {...button} variant="default" size="sm" loading={busy && !trial}>
              {file ? 'Choose another file' : 'Choose a file'}
            </Button>
          )}
        </FileButton>
        {(nameless || formName !== null) && (
          <Select
            size="sm"
            label="Form, where the file does not name it"
            clearable
            data={FORMS.map(({ name }) => name)}
            value={formName}
            onChange={(name) => {
              setFormName(name);
              if (file) void tryOut(file.text, name, leaveOut);
            }}
          />
        )}
      </div>
      {!file && (
        <p className={classes.about}>
          FHIR QuestionnaireResponse (JSON), or CSV with a column for each item code. Nothing is stored before you have
          seen what would be.
        </p>
      )}
      {trial && (
        <section className={classes.trial} aria-label="What the import would do">
          <p className={classes.about}>
            <strong>{file?.name}</strong> · {plural(trial.count, 'assessment')}
          </p>
          <div className={classes.counts}>
            <Tag tone="good">{recordable} to record</Tag>
            <Tag tone="plain">{trial.planned.length - recordable} there already</Tag>
            <Tag tone={trial.faultCount > 0 ? 'bad' : 'plain'}>{plural(trial.faultCount, 'fault')}</Tag>
          </div>
          {trial.unknownCodes.length > 0 && (
            <Checkbox
              mt="sm"
              size="xs"
              label={`Leave out ${plural(trial.unknownCodes.length, 'item')} this app does not use (${trial.unknownCodes.slice(0, 8).join(', ')}${trial.unknownCodes.length > 8 ? ', …' : ''})`}
              checked={leaveOut}
              onChange={(event) => {
                setLeaveOut(event.currentTarget.checked);
                if (file) void tryOut(file.text, formName, event.currentTarget.checked);
              }}
            />
          )}
          {trial.faults.length > 0 ? (
            <div className={classes.errors}>
              <Table stickyHeader verticalSpacing={6}>
                <Table.Thead>
                  <Table.Tr>
                    <Table.Th>Where</Table.Th>
                    <Table.Th>Item</Table.Th>
                    <Table.Th>What is wrong</Table.Th>
                  </Table.Tr>
                </Table.Thead>
                <Table.Tbody>
                  {trial.faults.slice(0, FAULTS_SHOWN).map((fault) => (
                    <Table.Tr key={`${fault.nth} ${fault.code} ${fault.rule} ${fault.message}`}>
                      <Table.Td>{fault.line === null ? `No. ${fault.nth}` : `Line ${fault.line}`}</Table.Td>
                      <Table.Td>{fault.code ?? '–'}</Table.Td>
                      <Table.Td>{fault.message}</Table.Td>
                    </Table.Tr>
                  ))}
                </Table.Tbody>
              </Table>
              {trial.faultCount > FAULTS_SHOWN && <p>and {trial.faultCount - FAULTS_SHOWN} more</p>}
            </div>
          ) : (
            <ul className={classes.planned}>
              {trial.planned.slice(0, FAULTS_SHOWN).map(({ nth, form, assessedOn, answered, action }) => (
                <li key={nth}>
                  {form}, {fullDate(assessedOn)}: {plural(answered, 'answer')}, {ACTION_WORDS[action]}
                </li>
              ))}
            </ul>
          )}
        </section>
      )}
      {problem !== '' && (
        <p className={classes.problem} role="alert">
          {problem}
        </p>
      )}
      {trial && (
        <div className={classes.buttons}>
          <Button variant="default" size="sm" onClick={onClose}>
            Cancel
          </Button>
          <Button
            size="sm"
            loading={busy}
            disabled={trial.faultCount > 0 || recordable === 0}
            onClick={() => void commit()}
          >
            Record
          </Button>
        </div>
      )}
    </Modal>
  );
}
