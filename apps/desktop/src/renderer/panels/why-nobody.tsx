/** Why nobody can take an unscheduled visit, rule by rule, and the least that would have to give way. */
import type { BoardVisit, NoMatch, Relaxed } from '@fieldfare/domain';
import { Button, Skeleton } from '@mantine/core';
import { IconArrowRight } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { useBoard, useController } from '../board/context.tsx';
import { plural, shortDate } from '../lib/format.ts';
import { problemsText } from '../lib/problems.ts';
import classes from './why-nobody.module.css';

/** What the button of a way says it does, besides placing the visit. */
const DOES: Readonly<Record<Relaxed['kind'], string>> = {
  earlier: 'Widen and place',
  later: 'Widen and place',
  day: 'Place that day',
  provider: 'Change and place',
  capacity: 'Place anyway',
  shift: 'Place anyway',
  spacing: 'Place anyway',
  rest: 'Place anyway',
  break: 'Place anyway',
  sync: 'Place anyway',
  notice: 'Place anyway',
  partnerHours: 'Place anyway',
  skill: 'Place anyway',
  blocked: '',
  move: 'Move and place',
};

/** A burst of changes to the week is asked about once. */
const SETTLE_MS = 250;

type Answer = { readonly found: NoMatch } | { readonly failed: string } | null;

/** Asked again whenever the week changes; the last answer stays until the next is there. */
function useNoMatch(visit: BoardVisit): Answer {
  const { source, scope } = useController();
  const visits = useBoard()?.visits;
  const [answer, setAnswer] = useState<Answer>(null);
  // `visits` stands among what the effect watches because any change of the week may change the answer.
  useEffect(() => {
    let live = true;
    const timer = setTimeout(
      async () => {
        const result = await source.noMatch(scope, visit.id);
        if (live) setAnswer(result.ok ? { found: result.value } : { failed: problemsText(result.problems) });
      },
      answer === null ? 0 : SETTLE_MS,
    );
    return () => {
      live = false;
      clearTimeout(timer);
    };
  }, [source, scope, visit.id, visits]);
  return answer;
}

function Funnel({ found }: { readonly found: NoMatch }) {
  return (
    <ol className={classes.funnel} aria-label="Carers who are left after each rule">
      {found.steps.map(({ rule, sentence, removed, left }) => (
        <li key={rule}>
          <span className={classes.removed}>−{removed}</span>
          <span className={classes.sentence}>
            {sentence}
            <span className={classes.track} aria-hidden>
              <span style={{ width: `${(100 * (left + removed)) / found.staff}%` }} data-part="before" />
              <span style={{ width: `${(100 * left) / found.staff}%` }} data-part="after" />
            </span>
          </span>
          <span className={classes.left}>{left} left</span>
        </li>
      ))}
    </ol>
  );
}

function Way({
  visit,
  way,
  writable,
}: {
  readonly visit: BoardVisit;
  readonly way: Relaxed;
  readonly writable: boolean;
}) {
  const controller = useController();
  const [busy, setBusy] = useState(false);
  return (
    <li className={classes.way} data-kind={way.kind}>
      <strong>{way.title}</strong>
      <span className={classes.detail}>{way.detail}</span>
      <span className={classes.place}>
        <IconArrowRight size={13} />
        <span>
          {way.staffName}, {shortDate(way.date)} at {way.start}
          <span className={classes.driving}>
            {way.travelMinutes > 0 ? `${way.travelMinutes} min more driving` : 'no more driving'}
          </span>
        </span>
      </span>
      {writable && way.placements.length > 0 && (
        <Button
          size="compact-sm"
          variant="default"
          loading={busy}
          className={classes.do ?? ''}
          aria-label={`${DOES[way.kind]}: ${way.title}`}
          onClick={() => {
            setBusy(true);
            void controller.relax(visit, way).finally(() => setBusy(false));
          }}
        >
          {DOES[way.kind]}
        </Button>
      )}
    </li>
  );
}

export function WhyNobody({ visit, writable }: { readonly visit: BoardVisit; readonly writable: boolean }) {
  const controller = useController();
  const answer = useNoMatch(visit);
  if (answer === null) {
    return (
      <div className={classes.section} aria-busy="true">
        <Skeleton height={12} width="45%" />
        <Skeleton height={12} mt={8} />
        <Skeleton height={12} mt={8} width="80%" />
      </div>
    );
  }
  if ('failed' in answer) return <div className={classes.section}>{answer.failed}</div>;
  const { found } = answer;
  if (found.left > 0) {
    return (
      <div className={classes.fits} data-testid="why-nobody">
        <span>
          <b>{found.left}</b> of {plural(found.staff, 'carer')} can take it as it is.
        </span>
        {writable && (
          <button type="button" className={classes.link} onClick={() => controller.askMove(visit.id)}>
            See places
          </button>
        )}
      </div>
    );
  }
  return (
    <section className={classes.section} aria-label="Why nobody fits" data-testid="why-nobody">
      <h3>Why nobody fits</h3>
      {found.main !== null && <p className={classes.main}>{found.main}.</p>}
      <Funnel found={found} />
      <h3>What would make room</h3>
      {found.relaxations.length === 0 ? (
        <p className={classes.detail}>
          No single change is enough. “Move to…” shows what stands against each carer and day.
        </p>
      ) : (
        <ul className={classes.ways}>
          {found.relaxations.map((way) => (
            <Way key={`${way.kind}${way.title}`} visit={visit} way={way} writable={writable} />
          ))}
        </ul>
      )}
    </section>
  );
}
