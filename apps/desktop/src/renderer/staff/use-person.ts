/** One carer in a form: what is saved, what was typed over it, and what is wrong with it. */
import type { StaffFields, StaffMember } from '@fieldfare/domain';
import { type Problem, problem } from '@fieldfare/kernel';
import type { WorkspaceClient } from '@fieldfare/workspace/client';
import { useMemo, useState } from 'react';
import { type FieldErrors, fieldErrors } from '../lib/field-errors.ts';
import { attempt, problemsText } from '../lib/problems.ts';
import { notify } from '../shell/notify.tsx';

interface Place {
  readonly lat: number;
  readonly lng: number;
}

/** Where a new carer's form begins. */
const newcomer = ({ lat, lng }: Place): StaffFields => ({
  reference: '',
  givenName: '',
  familyName: '',
  role: 'psw',
  team: '',
  employmentType: 'part-time',
  partnerId: null,
  capacityMinutes: 1200,
  overtimeMinutes: null,
  availability: [1, 2, 3, 4, 5].map((weekday) => ({ weekday, from: '08:00', to: '16:00' })),
  homeLat: lat,
  homeLng: lng,
  breaks: [],
  startsFrom: 'office',
  phone: '',
  languages: [],
  skills: [],
  active: true,
});

const NEEDED = ['givenName', 'familyName', 'reference', 'team'] as const;

/** What can be said without asking the worker, in the words of the form. */
function missing({ availability, breaks, ...value }: StaffFields): readonly Problem[] {
  return [
    ...NEEDED.filter((field) => value[field].trim() === '').map((field) =>
      problem('invalid', 'is needed', { path: [field] }),
    ),
    ...availability.flatMap(({ from, to }, index) =>
      from === '' || to === '' ? [problem('invalid', 'needs both times', { path: ['availability', index] })] : [],
    ),
    ...(breaks ?? []).flatMap(({ from, to }, index) =>
      from === '' || to === '' ? [problem('invalid', 'needs both times', { path: ['breaks', index] })] : [],
    ),
  ];
}

export interface PersonDraft {
  readonly value: StaffFields;
  readonly errors: FieldErrors;
  readonly dirty: boolean;
  readonly busy: boolean;
  change(change: Partial<StaffFields>): void;
  discard(): void;
  save(): Promise<void>;
}

export function usePerson(options: {
  readonly client: WorkspaceClient;
  readonly regionId: string;
  /** Null: somebody new. */
  readonly person: StaffMember | null;
  readonly office: Place;
  readonly onAdded: (staffId: string) => void;
}): PersonDraft {
  const { client, regionId, person, office, onAdded } = options;
  const [edits, setEdits] = useState<Partial<StaffFields>>({});
  const [problems, setProblems] = useState<readonly Problem[]>([]);
  const [busy, setBusy] = useState(false);
  const value: StaffFields = { ...(person ?? newcomer(office)), ...edits };

  const save = async (): Promise<void> => {
    const wrong = missing(value);
    setProblems(wrong);
    if (wrong.length > 0) return;
    setBusy(true);
    const result = await attempt(async () => {
      if (person) await client.workforce.change.mutate({ regionId, staffId: person.id, set: edits as StaffFields });
      return person ? null : await client.workforce.add.mutate({ regionId, set: value });
    });
    setBusy(false);
    if (!result.ok) {
      setProblems(result.problems);
      const { rest } = fieldErrors(result.problems);
      if (rest.length > 0) notify({ tone: 'bad', title: 'Not saved', message: problemsText(rest) });
      return;
    }
    setEdits({});
    notify({ tone: 'good', title: person ? 'Saved' : `${value.givenName.trim()} ${value.familyName.trim()} added` });
    if (result.value) onAdded(result.value.staffId);
  };
  return {
    value,
    errors: useMemo(() => fieldErrors(problems), [problems]),
    dirty: Object.keys(edits).length > 0,
    busy,
    change: (change) => setEdits((before) => ({ ...before, ...change })),
    discard() {
      setEdits({});
      setProblems([]);
    },
    save,
  };
}
