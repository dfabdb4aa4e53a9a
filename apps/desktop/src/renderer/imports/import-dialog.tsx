/**
 * CSV import in four steps on one sheet: choose, map columns, try, commit. Nothing is stored until the last, and
 * then everything or nothing.
 */
import type { WorkspaceClient } from '@fieldfare/workspace/client';
import { Button, FileButton, Modal, Select, Table } from '@mantine/core';
import { useState } from 'react';
import { plural } from '../lib/format.ts';
import { attempt, problemsText } from '../lib/problems.ts';
import { textOf } from '../lib/text-of-file.ts';
import { notify } from '../shell/notify.tsx';
import { Tag } from '../shell/tag.tsx';
import classes from './imports.module.css';

const KINDS = [
  {
    value: 'partners',
    label: 'Partners',
    about: 'Organisations that deliver visits, and what was agreed with each. Only administrators may import them.',
  },
  { value: 'staff', label: 'Staff', about: 'Carers of this region, with hours, skills and when they are at work.' },
  { value: 'patients', label: 'Patients', about: 'Patients of this region, with address and risk.' },
  {
    value: 'requirements',
    label: 'Weekly visits',
    about: 'What each patient needs a week. The patients have to be here already.',
  },
  { value: 'visits', label: 'Single visits', about: 'Visits on given days; they go to the unscheduled list.' },
] as const;
type Kind = (typeof KINDS)[number]['value'];

const FIRST_LINE =
  'The first line of the file names its columns. Nothing is stored before you have seen what the import would do.';

type Preview = Awaited<ReturnType<WorkspaceClient['imports']['preview']['mutate']>>;
type Trial = Awaited<ReturnType<WorkspaceClient['imports']['dryRun']['mutate']>>;

interface Chosen {
  readonly name: string;
  readonly text: string;
  readonly preview: Preview;
  readonly mapping: Readonly<Record<string, string>>;
}

const ERRORS_SHOWN = 100;

export function ImportDialog(props: {
  readonly client: WorkspaceClient;
  readonly region: { readonly id: string; readonly name: string } | null;
  readonly opened: boolean;
  readonly onClose: () => void;
}) {
  const { client, region, opened, onClose } = props;
  const [kind, setKind] = useState<Kind>('patients');
  const [chosen, setChosen] = useState<Chosen | null>(null);
  const [trial, setTrial] = useState<Trial | null>(null);
  const [problem, setProblem] = useState('');
  const [busy, setBusy] = useState(false);

  const reset = (): void => {
    setChosen(null);
    setTrial(null);
    setProblem('');
  };

  async function step<T>(run: () => Promise<T>, next: (value: T) => void): Promise<void> {
    setBusy(true);
    setProblem('');
    const result = await attempt(run);
    setBusy(false);
    if (result.ok) next(result.value);
    else setProblem(problemsText(result.problems));
  }

  const choose = (file: File | null): void => {
    if (!file || !region) return;
    reset();
    void step(
      async () => {
        const text = await textOf(file);
        return { text, preview: await client.imports.preview.mutate({ regionId: region.id, kind, text }) };
      },
      ({ text, preview }) => setChosen({ name: file.name, text, preview, mapping: preview.mapping }),
    );
  };

  const request = () => {
    if (!chosen || !region) throw new Error('no file is chosen');
    return { regionId: region.id, kind, text: chosen.text, mapping: { ...chosen.mapping } };
  };
  const tryOut = (): Promise<void> => step(() => client.imports.dryRun.mutate(request()), setTrial);
  const commit = (): Promise<void> =>
    step(
      () => client.imports.commit.mutate(request()),
      (done) => {
        notify({
          tone: 'good',
          title: `${plural(done.creates, 'row')} added, ${done.updates} changed`,
          message: 'Undo takes the whole import back.',
        });
        reset();
        onClose();
      },
    );

  const map = (field: string, column: string | null): void => {
    if (!chosen) return;
    const { [field]: _old, ...rest } = chosen.mapping;
    setChosen({ ...chosen, mapping: column === null ? rest : { ...rest, [field]: column } });
    setTrial(null);
  };

  return (
    <Modal opened={opened} onClose={onClose} size="xl" title={`Import into ${region?.name ?? 'this region'}`}>
      <div className={classes.start}>
        <Select
          label="What the file holds"
          data={KINDS.map(({ value, label }) => ({ value, label }))}
          value={kind}
          allowDeselect={false}
          onChange={(value) => {
            setKind((value ?? 'patients') as Kind);
            reset();
          }}
        />
        <FileButton onChange={choose} accept=".csv,.tsv,.txt,text/csv">
          {(button) => (
            <Button {...button} variant="default" size="sm" loading={busy && !chosen}>
              {chosen ? 'Choose another file' : 'Choose a CSV file'}
            </Button>
          )}
        </FileButton>
      </div>
      {!chosen && (
        <p className={classes.about}>
          {KINDS.find(({ value }) => value === kind)?.about} {FIRST_LINE}
        </p>
      )}
      {chosen && (
        <>
          <p className={classes.about}>
            <strong>{chosen.name}</strong> · {plural(chosen.preview.rowCount, 'row')} · {chosen.preview.columns.length}{' '}
            columns
          </p>
          <div className={classes.mapping}>
            {chosen.preview.fields.map((field) => (
              <Select
                key={field.key}
                size="xs"
                label={field.label}
                description={field.format}
                withAsterisk={field.required}
                placeholder="not in the file"
                clearable
                data={[...chosen.preview.columns]}
                value={chosen.mapping[field.key] ?? null}
                onChange={(column) => map(field.key, column)}
              />
            ))}
          </div>
        </>
      )}
      {trial && (
        <section className={classes.trial} aria-label="What the import would do">
          <div className={classes.counts}>
            <Tag tone="good">{trial.creates} new</Tag>
            <Tag tone="info">{trial.updates} changed</Tag>
            <Tag tone="plain">{trial.unchanged} as they are</Tag>
            <Tag tone={trial.errorCount > 0 ? 'bad' : 'plain'}>{plural(trial.errorCount, 'error')}</Tag>
          </div>
          {trial.errors.length > 0 && (
            <div className={classes.errors}>
              <Table stickyHeader verticalSpacing={6}>
                <Table.Thead>
                  <Table.Tr>
                    <Table.Th>Line</Table.Th>
                    <Table.Th>Column</Table.Th>
                    <Table.Th>What is wrong</Table.Th>
                  </Table.Tr>
                </Table.Thead>
                <Table.Tbody>
                  {trial.errors.slice(0, ERRORS_SHOWN).map((error) => (
                    <Table.Tr key={`${error.line} ${error.column} ${error.message}`}>
                      <Table.Td>{error.line}</Table.Td>
                      <Table.Td>{error.column ?? 'whole row'}</Table.Td>
                      <Table.Td>{error.message}</Table.Td>
                    </Table.Tr>
                  ))}
                </Table.Tbody>
              </Table>
              {trial.errorCount > ERRORS_SHOWN && <p>and {trial.errorCount - ERRORS_SHOWN} more</p>}
            </div>
          )}
          {trial.errorCount > 0 && (
            <p className={classes.about}>
              Nothing is stored while a row is wrong. Correct the file and choose it again, or change the columns above.
            </p>
          )}
        </section>
      )}
      {problem !== '' && (
        <p className={classes.problem} role="alert">
          {problem}
        </p>
      )}
      {chosen && (
        <div className={classes.buttons}>
          <Button variant="default" size="sm" loading={busy} onClick={() => void tryOut()}>
            Try it
          </Button>
          <Button
            size="sm"
            loading={busy}
            disabled={!trial || trial.errorCount > 0 || trial.creates + trial.updates === 0}
            onClick={() => void commit()}
          >
            Import
          </Button>
        </div>
      )}
    </Modal>
  );
}
