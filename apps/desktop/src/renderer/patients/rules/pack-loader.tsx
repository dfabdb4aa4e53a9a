/** A signed pack from a file: verified and described first, put in force only when nothing speaks against it. */
import type { PackSummary } from '@fieldfare/domain';
import type { Problem } from '@fieldfare/kernel';
import type { WorkspaceClient } from '@fieldfare/workspace/client';
import { Button, FileButton, TextInput } from '@mantine/core';
import { IconFileCertificate } from '@tabler/icons-react';
import { useMemo, useState } from 'react';
import { attempt, problemText } from '../../lib/problems.ts';
import { textOf } from '../../lib/text-of-file.ts';
import { notify } from '../../shell/notify.tsx';
import { PackEffectOf } from './pack-effect.tsx';
import { PackFacts } from './pack-facts.tsx';
import classes from './rules.module.css';

const MOST_PROBLEMS = 12;

interface Chosen {
  readonly fileName: string;
  readonly content: string;
  /** Null with `problems`. */
  readonly summary: PackSummary | null;
  readonly problems: readonly Problem[];
}

export function PackLoader({ client, regionId }: { readonly client: WorkspaceClient; readonly regionId: string }) {
  const [chosen, setChosen] = useState<Chosen | null>(null);
  const [note, setNote] = useState('');
  const [busy, setBusy] = useState(false);
  const change = useMemo(() => ({ content: chosen?.content ?? '' }), [chosen]);
  const choose = async (file: File | null): Promise<void> => {
    if (!file) return;
    const content = (await textOf(file)).trim();
    const result = await attempt(() => client.assessments.packs.check.query({ content }));
    setNote('');
    setChosen({
      fileName: file.name,
      content,
      summary: result.ok ? result.value : null,
      problems: result.ok ? [] : result.problems,
    });
  };
  const adopt = async ({ content }: Chosen): Promise<void> => {
    setBusy(true);
    const result = await attempt(() => client.assessments.packs.adopt.mutate({ content, note }));
    setBusy(false);
    if (!result.ok) return setChosen((before) => before && { ...before, summary: null, problems: result.problems });
    notify({ tone: 'good', title: `${result.value.id} ${result.value.version} is in force` });
    setChosen(null);
  };
  return (
    <section className={classes.section} aria-label="Load a rule pack">
      <div className={classes.bar}>
        <FileButton onChange={(file) => void choose(file)}>
          {(button) => (
            <Button {...button} variant="default" leftSection={<IconFileCertificate size={15} />}>
              Load a signed pack
            </Button>
          )}
        </FileButton>
        {chosen && <span className={classes.dim}>{chosen.fileName}</span>}
      </div>
      {chosen && chosen.problems.length > 0 && (
        <div className={classes.refused} role="alert">
          <p>This pack cannot be used. Nothing was changed.</p>
          <ul>
            {chosen.problems.slice(0, MOST_PROBLEMS).map((one, index) => (
              <li key={index}>
                {problemText(one)} <code>{[one.rule, ...(one.path ?? [])].join(' ')}</code>
              </li>
            ))}
          </ul>
        </div>
      )}
      {chosen?.summary && (
        <div className={classes.pack} data-testid="pack-checked">
          <PackFacts summary={chosen.summary} />
          <PackEffectOf key={chosen.content} client={client} regionId={regionId} change={change} />
          <div className={classes.bar}>
            <TextInput
              size="xs"
              className={classes.grow ?? ''}
              aria-label="Who reviewed it"
              placeholder="Who reviewed it, and why now"
              value={note}
              maxLength={1000}
              onChange={(event) => setNote(event.currentTarget.value)}
            />
            <Button variant="default" onClick={() => setChosen(null)}>
              Cancel
            </Button>
            <Button loading={busy} disabled={note.trim() === ''} onClick={() => void adopt(chosen)}>
              Put in force
            </Button>
          </div>
        </div>
      )}
    </section>
  );
}
