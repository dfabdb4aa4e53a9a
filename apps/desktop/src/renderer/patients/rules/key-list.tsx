/** The keys whose packs the organisation trusts. */
import type { PackKeyView } from '@fieldfare/domain';
import type { WorkspaceClient } from '@fieldfare/workspace/client';
import { Button, TextInput } from '@mantine/core';
import { useState } from 'react';
import { dateOfInstant, fullDate } from '../../lib/format.ts';
import { attempt, problemsText } from '../../lib/problems.ts';
import { notify } from '../../shell/notify.tsx';
import { Tag } from '../../shell/tag.tsx';
import classes from './rules.module.css';

function Key(props: { readonly client: WorkspaceClient; readonly keyView: PackKeyView; readonly writable: boolean }) {
  const { client, keyView, writable } = props;
  const { rowId, issuer, thumbprint, addedAt, addedByName, revokedAt } = keyView;
  const [ending, setEnding] = useState(false);
  const revoke = async (): Promise<void> => {
    const result = await attempt(() => client.assessments.packs.revokeKey.mutate({ rowId }));
    if (!result.ok) return notify({ tone: 'bad', title: problemsText(result.problems) });
    notify({ tone: 'good', title: `${issuer} is no longer trusted with this key` });
  };
  return (
    <li className={classes.key}>
      <span>
        <strong>{issuer}</strong> {revokedAt !== null && <Tag tone="warn">no longer trusted</Tag>}
        <code className={classes.print}>{thumbprint}</code>
        <span className={classes.dim}>
          added on {fullDate(dateOfInstant(addedAt))}
          {addedByName && ` by ${addedByName}`}
        </span>
      </span>
      {writable && revokedAt === null && !ending && (
        <Button variant="default" onClick={() => setEnding(true)}>
          Stop trusting…
        </Button>
      )}
      {ending && revokedAt === null && (
        <span className={classes.ending}>
          Packs signed with it fall silent.
          <Button variant="default" onClick={() => setEnding(false)}>
            Keep it
          </Button>
          <Button color="red" onClick={() => void revoke()}>
            Stop trusting
          </Button>
        </span>
      )}
    </li>
  );
}

function NewKey({ client }: { readonly client: WorkspaceClient }) {
  const [issuer, setIssuer] = useState('');
  const [publicKey, setPublicKey] = useState('');
  const [problem, setProblem] = useState('');
  const trust = async (): Promise<void> => {
    const result = await attempt(() => client.assessments.packs.trustKey.mutate({ issuer: issuer.trim(), publicKey }));
    if (!result.ok) return setProblem(problemsText(result.problems));
    setIssuer('');
    setPublicKey('');
    setProblem('');
  };
  return (
    <form
      className={classes.newKey}
      onSubmit={(event) => {
        event.preventDefault();
        void trust();
      }}
    >
      <TextInput
        size="xs"
        label="Issuer"
        value={issuer}
        maxLength={120}
        onChange={(event) => setIssuer(event.currentTarget.value)}
      />
      <TextInput
        size="xs"
        label="Public key (Ed25519, base64url or JWK)"
        value={publicKey}
        maxLength={1000}
        error={problem || null}
        onChange={(event) => setPublicKey(event.currentTarget.value)}
      />
      <Button type="submit" variant="default" disabled={issuer.trim() === '' || publicKey.trim() === ''}>
        Trust this key
      </Button>
    </form>
  );
}

export function KeyList(props: {
  readonly client: WorkspaceClient;
  readonly keys: readonly PackKeyView[];
  readonly writable: boolean;
}) {
  const { client, keys, writable } = props;
  return (
    <section className={classes.section} aria-label="Trusted keys">
      <h3>Trusted keys</h3>
      <p className={classes.lead}>
        Only packs signed with one of these are used. Compare a key’s print with its issuer by another way than the one
        it came by.
      </p>
      {keys.length > 0 && (
        <ul className={classes.keys}>
          {keys.map((key) => (
            <Key key={key.rowId} client={client} keyView={key} writable={writable} />
          ))}
        </ul>
      )}
      {writable && <NewKey client={client} />}
    </section>
  );
}
