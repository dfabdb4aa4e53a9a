/** The two carers of a visit: who comes when, whether that is as asked, and each one's place to fill or change. */
import type { BoardPair, BoardVisit } from '@fieldfare/domain';
import { Button } from '@mantine/core';
import { isPaired } from '../board/carry.ts';
import { useController } from '../board/context.tsx';
import { pairingWords, shortDate } from '../lib/format.ts';
import { Tag } from '../shell/tag.tsx';
import classes from './two-carers.module.css';

const STATUS = {
  open: { tone: 'plain', words: 'Nobody yet' },
  half: { tone: 'warn', words: 'One carer missing' },
  whole: { tone: 'good', words: 'Both carers' },
  apart: { tone: 'bad', words: 'Not as asked' },
} as const satisfies Record<BoardPair['status'], { tone: string; words: string }>;

interface Place {
  readonly visitId: string;
  readonly name: string | null;
  readonly date: string | null;
  readonly start: string | null;
}

export function TwoCarers(props: {
  readonly visit: BoardVisit;
  readonly pair: BoardPair;
  /** Of the visit's own carer. */
  readonly carer: string | null;
  readonly writable: boolean;
}) {
  const { visit, pair, writable } = props;
  const controller = useController();
  const own: Place = { visitId: visit.id, name: props.carer, date: visit.date, start: visit.start };
  const places: readonly Place[] = pair.order === 'first' ? [own, pair] : [pair, own];
  const { tone, words } = STATUS[pair.status];
  return (
    <section className={classes.section} aria-label="Two carers" data-testid="two-carers">
      <header className={classes.head}>
        <h3 className={classes.heading}>Two carers, {pairingWords(pair.pairing)}</h3>
        <Tag tone={tone}>{words}</Tag>
      </header>
      <ol className={classes.list}>
        {places.map(({ visitId, name, date, start }, index) => (
          <li key={visitId} className={classes.carer} data-own={visitId === visit.id || undefined}>
            <span className={classes.order}>{index === 0 ? 'First' : 'Second'}</span>
            <button
              type="button"
              className={classes.who}
              disabled={visitId === visit.id}
              onClick={() => controller.openVisit(visitId)}
            >
              <span>{name ?? 'Nobody yet'}</span>
              {name !== null && date !== null && start !== null && (
                <span className={classes.when}>
                  {shortDate(date)}, {start}
                </span>
              )}
            </button>
            {writable && (
              <Button size="compact-sm" variant="default" onClick={() => controller.askMove(visitId)}>
                {name === null ? 'Assign…' : 'Change…'}
              </Button>
            )}
          </li>
        ))}
      </ol>
      {writable && isPaired(visit) && (
        <p className={classes.note}>
          A new day or time moves both visits; a new carer only that carer’s.
          {pair.pairing.kind === 'after' && ' The second follows when the first gets longer or shorter.'}
        </p>
      )}
    </section>
  );
}
