/** One assessment: who, when, and every result with the items behind it. */
import type { AssessmentSummary, AssessmentView } from '@fieldfare/domain';
import { formOf, type RuleResult } from '@fieldfare/domain/assessments';
import type { WorkspaceClient } from '@fieldfare/workspace/client';
import { Button, Skeleton } from '@mantine/core';
import { IconPencil } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { fullDate, plural } from '../../lib/format.ts';
import { attempt, problemsText } from '../../lib/problems.ts';
import { Why } from '../why.tsx';
import { instrumentName, levelWords } from '../wording.ts';
import classes from './assessments.module.css';
import { meaning } from './entry-model.ts';
import { ItemCode, RecalledLegend } from './item-code.tsx';

const SOURCES = { entry: 'entered', fhir: 'imported (FHIR)', csv: 'imported (CSV)' } as const;

export function AssessmentDetail(props: {
  readonly client: WorkspaceClient;
  readonly regionId: string;
  readonly patientId: string;
  readonly summary: AssessmentSummary;
  readonly writable: boolean;
  readonly onAmend: (view: AssessmentView) => void;
}) {
  const { client, regionId, patientId, summary } = props;
  const [view, setView] = useState<AssessmentView | null>(null);
  const [problem, setProblem] = useState('');
  useEffect(() => {
    let over = false;
    void attempt(() => client.assessments.get.query({ regionId, patientId, assessmentId: summary.id })).then((read) => {
      if (over) return;
      if (read.ok) setView(read.value);
      else setProblem(problemsText(read.problems));
    });
    return () => {
      over = true;
    };
  }, [client, regionId, patientId, summary.id]);
  return (
    <article className={classes.detail} data-testid="assessment-detail">
      <header className={classes.detailHead}>
        <div>
          <h2>
            {instrumentName(summary.instrument)} {summary.formVersion}, {fullDate(summary.assessedOn)}
          </h2>
          <p>
            {summary.answered}
            {summary.items === null ? '' : ` of ${summary.items}`} answers, {SOURCES[summary.source]}
            {summary.completedByName === '' ? '' : ` by ${summary.completedByName}`}
            {summary.reason === '' ? '' : `. Amended: ${summary.reason}`}
          </p>
        </div>
        {props.writable && summary.supersededBy === null && view?.results && (
          <Button variant="default" leftSection={<IconPencil size={14} />} onClick={() => props.onAmend(view)}>
            Amend
          </Button>
        )}
      </header>
      {problem !== '' && (
        <p className={classes.problem} role="alert">
          {problem}
        </p>
      )}
      {view ? <Results view={view} /> : problem === '' && <Skeleton height={220} />}
    </article>
  );
}

function Results({ view }: { readonly view: AssessmentView }) {
  const { results } = view;
  const form = formOf(view.instrument, view.formVersion);
  if (!results) {
    return (
      <p className={classes.none}>This version of the form is kept, and cannot be read by this version of the app.</p>
    );
  }
  const caps = Object.values(results.caps);
  const triggered = caps.filter(({ value }) => value !== null && value !== 'none');
  const open = caps.filter(({ value }) => value === null);
  const quiet = caps.length - triggered.length - open.length;
  return (
    <>
      {results.flags.length > 0 && <ResultList title="Safety flags" view={view} results={results.flags} />}
      {results.scales.length > 0 && (
        <ResultList title="Scales" view={view} results={[...results.scales, ...(results.rug ? [results.rug] : [])]} />
      )}
      {caps.length > 0 && (
        <>
          <ResultList title="Protocols triggered" view={view} results={triggered} />
          <p className={classes.none}>{plural(quiet, 'protocol')} not triggered.</p>
          {open.length > 0 && <ResultList title="Protocols without an answer" view={view} results={open} />}
        </>
      )}
      <details className={classes.answers}>
        <summary>All answers</summary>
        <Answers view={view} />
        {form && (
          <p className={classes.none}>
            <RecalledLegend form={form} />
          </p>
        )}
      </details>
    </>
  );
}

function ResultList(props: {
  readonly title: string;
  readonly view: AssessmentView;
  readonly results: readonly RuleResult<number | string>[];
}) {
  if (props.results.length === 0) return null;
  return (
    <section aria-label={props.title}>
      <h3>{props.title}</h3>
      <ul className={classes.results}>
        {props.results.map((result) => (
          <li key={result.id} data-result={result.id}>
            <Why
              label={result.label}
              value={
                result.value === null
                  ? null
                  : typeof result.value === 'string' && /^[a-z]/.test(result.value)
                    ? levelWords(result.value)
                    : String(result.value)
              }
              status={result.status}
              rule={
                result.pack
                  ? `${result.id}, rule pack ${result.pack.id} ${result.pack.version}`
                  : `${result.id}, version ${result.version}`
              }
              inputs={result.inputs.map((input) => ({ ...input, assessmentId: props.view.id }))}
              missing={result.missing}
              used={[props.view]}
            />
          </li>
        ))}
      </ul>
    </section>
  );
}

function Answers({ view }: { readonly view: AssessmentView }) {
  const form = formOf(view.instrument, view.formVersion);
  const answers = new Map(view.answers.map(({ code, value }) => [code, value]));
  return (
    <dl className={classes.answerList}>
      {form?.items.map((item) => {
        const value = answers.get(item.code);
        return (
          <div key={item.code}>
            <dt>
              <span>
                <ItemCode item={item} />
              </span>{' '}
              {item.label}
            </dt>
            <dd>{value === undefined ? 'no answer' : `${value} ${meaning(item, value)}`}</dd>
          </div>
        );
      })}
    </dl>
  );
}
