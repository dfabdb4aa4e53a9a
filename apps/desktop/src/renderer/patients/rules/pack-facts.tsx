/** What a pack says of itself: who made it, until when it holds, what it takes the place of. */
import type { PackSummary } from '@fieldfare/domain';
import type { ReactNode } from 'react';
import { fullDate } from '../../lib/format.ts';
import { STATUS_WORDS } from '../wording.ts';
import classes from './rules.module.css';

export function PackFacts({ summary, aside }: { readonly summary: PackSummary; readonly aside?: ReactNode }) {
  const { id, version, issuer, issuedOn, expiresOn, replaces } = summary;
  return (
    <>
      <div className={classes.bar}>
        <h4>
          {id} {version}
        </h4>
        {aside}
      </div>
      <p className={classes.dim}>
        {issuer}, issued on {fullDate(issuedOn)},{' '}
        {expiresOn === null ? 'without an end' : `holds until ${fullDate(expiresOn)}`}
      </p>
      <ul className={classes.effects}>
        {replaces.map((rule) => (
          <li key={rule.slot}>
            <code>{rule.id}</code> ({STATUS_WORDS[rule.status].word.toLowerCase()}) for {rule.label},{' '}
            <code>{rule.slot}</code>
          </li>
        ))}
      </ul>
    </>
  );
}
