/** What two people changed without seeing each other: in words, with both sides, settled by a choice and a reason. */
import type { BoardConflict, WeekBoard } from '@fieldfare/domain';
import { Button, CloseButton, TextInput } from '@mantine/core';
import { IconCheck, IconChevronRight, IconFocus2 } from '@tabler/icons-react';
import { useEffect, useRef, useState } from 'react';
import { useController } from '../board/context.tsx';
import { cx } from '../lib/cx.ts';
import classes from './panels.module.css';

const KIND: Readonly<Record<BoardConflict['kind'], string>> = {
  'concurrent-field': 'Changed twice',
  'edit-delete': 'Changed and removed',
  'double-booked-staff': 'Carer booked twice',
  'double-booked-patient': 'Patient booked twice',
  'dangling-reference': 'Missing person',
  'skill-breach': 'Carer not qualified',
  'pair-apart': 'Two carers apart',
  'continuity-breach': 'Not the preferred carer',
};

/** `at` of a side is epoch milliseconds, shown in the region's zone. */
const clockIn = (zone: string): Intl.DateTimeFormat =>
  new Intl.DateTimeFormat('en-GB', { weekday: 'short', hour: '2-digit', minute: '2-digit', timeZone: zone });

function ConflictCard(props: {
  readonly conflict: BoardConflict;
  readonly zone: string;
  readonly writable: boolean;
  readonly focused: boolean;
}) {
  const { conflict, zone, focused } = props;
  const controller = useController();
  const [reason, setReason] = useState('');
  const [busy, setBusy] = useState(false);
  const card = useRef<HTMLElement>(null);
  useEffect(() => {
    if (focused) card.current?.scrollIntoView({ block: 'nearest' });
  }, [focused]);
  const clock = clockIn(zone);
  const settle = async (choice: string): Promise<void> => {
    setBusy(true);
    await controller.resolve(conflict.id, choice, reason.trim());
    setBusy(false);
  };
  const [firstVisit] = conflict.visitIds;
  const { resolution } = conflict;
  return (
    <article
      ref={card}
      className={cx(classes.conflict, resolution !== null && classes.settled)}
      data-conflict-id={conflict.id}
      data-focused={focused || undefined}
      aria-label={conflict.title}
    >
      <div className={classes.conflictKind}>
        {KIND[conflict.kind]}
        <span className={classes.grow} />
        {firstVisit !== undefined && (
          <button type="button" className={classes.link} onClick={() => controller.reveal.current?.(firstVisit)}>
            <IconFocus2 size={13} /> Show on board
          </button>
        )}
      </div>
      <h3 className={classes.conflictTitle}>{conflict.title}</h3>
      <p className={classes.prose}>{conflict.explanation}</p>
      {conflict.sides.length > 0 && (
        <ul className={classes.sides}>
          {conflict.sides.map((side) => (
            <li key={`${side.label}${side.at}${side.by}`} data-shown={side.shown || undefined}>
              <span className={classes.dim}>{side.label}</span>
              <strong>{side.value === '' ? 'empty' : side.value}</strong>
              <span className={classes.dim}>
                {side.by}, {clock.format(side.at)}
                {side.shown && ' · shown now'}
              </span>
            </li>
          ))}
        </ul>
      )}
      {resolution !== null ? (
        <p className={classes.resolved}>
          <IconCheck size={14} />
          <span>
            {conflict.choices.find(({ choice }) => choice === resolution.choice)?.label ?? resolution.choice}, by{' '}
            {resolution.by}
            {resolution.reason !== '' && `: “${resolution.reason}”`}
          </span>
        </p>
      ) : (
        props.writable && (
          <>
            <TextInput
              size="xs"
              aria-label={`Reason for resolving: ${conflict.title}`}
              placeholder="Reason (others will see it)"
              maxLength={500}
              value={reason}
              onChange={(event) => setReason(event.currentTarget.value)}
            />
            <div className={classes.choices}>
              {conflict.choices.map(({ choice, label }, index) => (
                <Button
                  key={choice}
                  variant={index === 0 ? 'filled' : 'default'}
                  disabled={busy}
                  onClick={() => void settle(choice)}
                >
                  {label}
                </Button>
              ))}
            </div>
          </>
        )
      )}
    </article>
  );
}

export function ConflictsPanel({ board, focusId }: { readonly board: WeekBoard; readonly focusId: string | null }) {
  const controller = useController();
  const [showSettled, setShowSettled] = useState(false);
  const open = board.conflicts.filter(({ resolution }) => resolution === null);
  const settled = board.conflicts.filter(({ resolution }) => resolution !== null);
  return (
    <section className={classes.panel} aria-label="Conflicts" data-testid="conflicts-panel">
      <header className={classes.head}>
        <h2 className={classes.title}>Conflicts</h2>
        <span className={cx(classes.pill, open.length > 0 && classes.pillBad)}>{open.length}</span>
        <span className={classes.grow} />
        <CloseButton size="sm" aria-label="Close conflicts" onClick={controller.closePanel} />
      </header>
      <div className={classes.scroll}>
        {open.length === 0 && (
          <div className={classes.empty}>
            <IconCheck size={24} stroke={1.6} />
            Nothing to settle. When two people change the same thing without seeing each other, it shows here.
          </div>
        )}
        {open.map((conflict) => (
          <ConflictCard
            key={conflict.id}
            conflict={conflict}
            zone={board.zone}
            writable={board.writable}
            focused={conflict.id === focusId}
          />
        ))}
        {settled.length > 0 && (
          <button
            type="button"
            className={classes.disclose}
            aria-expanded={showSettled}
            onClick={() => setShowSettled((shown) => !shown)}
          >
            <IconChevronRight size={14} /> Resolved ({settled.length})
          </button>
        )}
        {showSettled &&
          settled.map((conflict) => (
            <ConflictCard
              key={conflict.id}
              conflict={conflict}
              zone={board.zone}
              writable={board.writable}
              focused={conflict.id === focusId}
            />
          ))}
      </div>
    </section>
  );
}
