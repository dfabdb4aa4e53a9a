/** The packs that were put in force, and withdrawing one. */
import type { PackRowView } from '@fieldfare/domain';
import type { WorkspaceClient } from '@fieldfare/workspace/client';
import { Button } from '@mantine/core';
import { useMemo, useState } from 'react';
import { dateOfInstant, fullDate } from '../../lib/format.ts';
import { attempt, problemsText } from '../../lib/problems.ts';
import { notify } from '../../shell/notify.tsx';
import { Tag } from '../../shell/tag.tsx';
import { PackEffectOf } from './pack-effect.tsx';
import { PackFacts } from './pack-facts.tsx';
import classes from './rules.module.css';

const STATES = {
  'in-force': { tone: 'good', word: 'in force' },
  silent: { tone: 'plain', word: 'replaced by another' },
  'passed-over': { tone: 'bad', word: 'not used' },
} as const;

interface Place {
  readonly client: WorkspaceClient;
  readonly regionId: string;
}

function Withdrawing(props: Place & { readonly rowId: string; readonly onDone: () => void }) {
  const { client, regionId, rowId, onDone } = props;
  const change = useMemo(() => ({ withdraw: rowId }), [rowId]);
  const withdraw = async (): Promise<void> => {
    const result = await attempt(() => client.assessments.packs.withdraw.mutate({ rowId }));
    if (!result.ok) return notify({ tone: 'bad', title: problemsText(result.problems) });
    notify({ tone: 'good', title: 'The pack was withdrawn' });
    onDone();
  };
  return (
    <>
      <PackEffectOf client={client} regionId={regionId} change={change} />
      <div className={classes.bar}>
        <span className={classes.grow} />
        <Button variant="default" onClick={onDone}>
          Keep it
        </Button>
        <Button color="red" onClick={() => void withdraw()}>
          Withdraw it
        </Button>
      </div>
    </>
  );
}

function Pack(props: Place & { readonly pack: PackRowView; readonly writable: boolean }) {
  const { client, regionId, pack, writable } = props;
  const { rowId, summary, state, problems, note, adoptedAt, adoptedByName } = pack;
  const [leaving, setLeaving] = useState(false);
  const { tone, word } = STATES[state];
  return (
    <li className={classes.pack} data-pack={summary ? `${summary.id} ${summary.version}` : 'unreadable'}>
      {summary ? (
        <PackFacts summary={summary} aside={<Tag tone={tone}>{word}</Tag>} />
      ) : (
        <>
          <div className={classes.bar}>
            <h4>A pack that cannot be used</h4>
            <Tag tone={tone}>{word}</Tag>
          </div>
          <p role="alert">{problemsText(problems)} Stand-ins speak in its place.</p>
        </>
      )}
      <div className={classes.bar}>
        <span className={classes.dim}>
          Put in force on {fullDate(dateOfInstant(adoptedAt))}
          {adoptedByName && ` by ${adoptedByName}`}
          {note && `: ${note}`}
        </span>
        <span className={classes.grow} />
        {writable && !leaving && (
          <Button variant="default" onClick={() => setLeaving(true)}>
            Withdraw…
          </Button>
        )}
      </div>
      {leaving && <Withdrawing client={client} regionId={regionId} rowId={rowId} onDone={() => setLeaving(false)} />}
    </li>
  );
}

export function PackList(props: Place & { readonly packs: readonly PackRowView[]; readonly writable: boolean }) {
  const { packs, ...rest } = props;
  if (packs.length === 0) return <p className={classes.lead}>No pack is in force: every stand-in speaks for itself.</p>;
  return (
    <ul className={classes.packs} aria-label="Rule packs">
      {packs.map((pack) => (
        <Pack key={pack.rowId} pack={pack} {...rest} />
      ))}
    </ul>
  );
}
