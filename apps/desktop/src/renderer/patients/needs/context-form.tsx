/** What no instrument asks: connection, ease with technology, kind of place. Saved as it is chosen. */
import type { PatientRecord } from '@fieldfare/domain';
import type { WorkspaceClient } from '@fieldfare/workspace/client';
import { Select } from '@mantine/core';
import { attempt, problemsText } from '../../lib/problems.ts';
import { notify } from '../../shell/notify.tsx';
import classes from './needs.module.css';

type Context = PatientRecord['context'];
type Field = keyof Context;

export const CONTEXT_FIELDS: readonly Field[] = ['internet', 'techReadiness', 'rurality'];
export const isContext = (id: string): boolean => (CONTEXT_FIELDS as readonly string[]).includes(id);

const CHOICES: Readonly<Record<Field, { readonly label: string; readonly data: readonly [string, string][] }>> = {
  internet: {
    label: 'Internet at home',
    data: [
      ['true', 'yes'],
      ['false', 'no'],
    ],
  },
  techReadiness: {
    label: 'Readiness for technology',
    data: [
      ['0', '0 none'],
      ['1', '1 with help each time'],
      ['2', '2 after instruction'],
      ['3', '3 at ease'],
    ],
  },
  rurality: {
    label: 'Place',
    data: [
      ['urban', 'urban'],
      ['rural', 'rural'],
      ['remote', 'remote'],
    ],
  },
};

function changeOf(field: Field, text: string | null): Partial<Context> {
  if (text === null) return { [field]: null };
  if (field === 'internet') return { internet: text === 'true' };
  if (field === 'techReadiness') return { techReadiness: Number(text) };
  return { rurality: text as Context['rurality'] };
}

export function ContextForm(props: {
  readonly client: WorkspaceClient;
  readonly regionId: string;
  readonly patientId: string;
  readonly context: Context;
  readonly fields: readonly Field[];
}) {
  const { client, regionId, patientId, context } = props;
  const save = async (field: Field, text: string | null): Promise<void> => {
    const set = changeOf(field, text) as Parameters<typeof client.assessments.setContext.mutate>[0]['set'];
    const done = await attempt(() => client.assessments.setContext.mutate({ regionId, patientId, set }));
    if (!done.ok) notify({ tone: 'bad', title: 'Not saved', message: problemsText(done.problems) });
  };
  return (
    <div>
      {props.fields.map((field) => {
        const { label, data } = CHOICES[field];
        const value = context[field];
        return (
          <div key={field} className={classes.contextRow}>
            <span>{label}</span>
            <Select
              size="xs"
              w={172}
              aria-label={label}
              placeholder="not known"
              clearable
              data={data.map(([value, label]) => ({ value, label }))}
              value={value === null ? null : String(value)}
              onChange={(text) => void save(field, text)}
            />
          </div>
        );
      })}
    </div>
  );
}
