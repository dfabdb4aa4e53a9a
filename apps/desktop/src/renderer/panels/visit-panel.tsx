/** One visit in full: what, for whom, when, by whom; edited in place, moved, pinned, cancelled. */
import type { BoardVisit, WeekBoard } from '@fieldfare/domain';
import { Button, CloseButton, Select, Textarea, TextInput } from '@mantine/core';
import { IconArrowsMove, IconMapPin, IconPin, IconPinnedOff, IconTrash, IconUserMinus } from '@tabler/icons-react';
import { memo, type ReactNode, useState } from 'react';
import { useController, useLane, useVisit } from '../board/context.tsx';
import { AlsoHere } from '../board/onlookers.tsx';
import { duration, endTime, longDate, parseTime, roleName } from '../lib/format.ts';
import { useDraft } from '../lib/use-draft.ts';
import { Tag } from '../shell/tag.tsx';
import { BlockedCarers } from './blocked-carers.tsx';
import classes from './panels.module.css';
import { TwoCarers } from './two-carers.tsx';
import { WhyNobody } from './why-nobody.tsx';

function Fact({ label, children }: { readonly label: string; readonly children: ReactNode }) {
  return (
    <div className={classes.fact}>
      <dt>{label}</dt>
      <dd>{children}</dd>
    </div>
  );
}

type FieldProps = { readonly visit: BoardVisit; readonly writable: boolean };

const StartField = memo(function StartField({ visit, writable }: FieldProps) {
  const controller = useController();
  const draft = useDraft({
    saved: visit.start ?? '',
    read: (text) => parseTime(text) ?? { wrong: 'Write a time such as 09:30.' },
    save: (start) => controller.edit(visit, { start }, 'Start'),
  });
  return <TextInput size="xs" label="Start" placeholder="HH:MM" readOnly={!writable} {...draft} />;
});

const MinutesField = memo(function MinutesField({ visit, writable }: FieldProps) {
  const controller = useController();
  const draft = useDraft({
    saved: String(visit.minutes),
    read(text) {
      const minutes = Number(text);
      const fits = Number.isInteger(minutes) && minutes >= 5 && minutes <= 720;
      return fits ? String(minutes) : { wrong: 'A whole number from 5 to 720.' };
    },
    save: (minutes) => controller.edit(visit, { minutes: Number(minutes) }, 'Length'),
  });
  return <TextInput size="xs" label="Minutes" inputMode="numeric" readOnly={!writable} {...draft} />;
});

const PRIORITIES = [
  { value: 'routine', label: 'Routine' },
  { value: 'high', label: 'High' },
  { value: 'urgent', label: 'Urgent' },
] as const;

const PriorityField = memo(function PriorityField({ visit, writable }: FieldProps) {
  const controller = useController();
  return (
    <Select
      size="xs"
      label="Priority"
      data={PRIORITIES}
      value={visit.priority}
      readOnly={!writable}
      allowDeselect={false}
      onChange={(value) => {
        const chosen = PRIORITIES.find((priority) => priority.value === value);
        if (chosen) void controller.edit(visit, { priority: chosen.value }, 'Priority');
      }}
    />
  );
});

const NoteField = memo(function NoteField({ visit, writable }: FieldProps) {
  const controller = useController();
  const draft = useDraft({
    saved: visit.note,
    read: (text) => text.slice(0, 2000),
    save: (note) => controller.edit(visit, { note }, 'Note'),
  });
  return (
    <Textarea
      size="xs"
      label="Note"
      placeholder={writable ? 'What the carer should know' : 'No note'}
      autosize
      minRows={2}
      maxRows={7}
      maxLength={2000}
      readOnly={!writable}
      {...draft}
    />
  );
});

function Editor({ visit, writable }: FieldProps) {
  return (
    <div className={classes.form}>
      <div className={classes.pair}>
        <StartField visit={visit} writable={writable} />
        <MinutesField visit={visit} writable={writable} />
        <PriorityField visit={visit} writable={writable} />
      </div>
      <NoteField visit={visit} writable={writable} />
    </div>
  );
}

export function VisitPanel({ visitId, board }: { readonly visitId: string; readonly board: WeekBoard }) {
  const controller = useController();
  const visit = useVisit(visitId);
  const lane = useLane(visit?.staffId ?? '');
  const [cancelling, setCancelling] = useState(false);
  const close = <CloseButton size="sm" aria-label="Close visit details" onClick={controller.closePanel} />;
  if (!visit) {
    return (
      <section className={classes.panel} aria-label="Visit details">
        <header className={classes.head}>
          <h2 className={classes.title}>Visit</h2>
          <span className={classes.grow} />
          {close}
        </header>
        <div className={classes.empty}>This visit is no longer in the week.</div>
      </section>
    );
  }
  const { writable } = board;
  const conflicts = board.conflicts.filter(
    ({ id, resolution }) => resolution === null && visit.conflictIds.includes(id),
  );
  return (
    <section className={classes.panel} aria-label="Visit details" data-testid="visit-panel" data-visit-panel={visit.id}>
      <header className={classes.head} data-colour={visit.colour}>
        <span className={classes.swatch} />
        <h2 className={classes.title}>{visit.patientName}</h2>
        <span className={classes.grow} />
        {close}
      </header>
      <div className={classes.scroll}>
        <div className={classes.subtitle}>
          <IconMapPin size={14} /> {visit.municipality}
          {visit.patientRisk !== 'low' && (
            <Tag tone={visit.patientRisk === 'high' ? 'bad' : 'warn'}>
              {visit.patientRisk === 'high' ? 'High' : 'Moderate'} risk
            </Tag>
          )}
          {visit.pinned && <Tag tone="plain">Pinned</Tag>}
        </div>

        <AlsoHere visitId={visit.id} />

        {conflicts.map((conflict) => (
          <button
            key={conflict.id}
            type="button"
            className={classes.conflictNote}
            onClick={() => controller.showPanel({ kind: 'conflicts', conflictId: conflict.id })}
          >
            <strong>{conflict.title}</strong>
            <span>{conflict.explanation}</span>
            <em>Resolve…</em>
          </button>
        ))}

        <dl className={classes.facts}>
          <Fact label="Service">
            {visit.serviceName}, {duration(visit.minutes)}
          </Fact>
          <Fact label="When">
            <span className="ff-num">
              {visit.date === null ? 'Any day this week' : longDate(visit.date)}
              {visit.start !== null && (
                <>
                  , <span className={classes.whole}>{`${visit.start}–${endTime(visit.start, visit.minutes)}`}</span>
                </>
              )}
            </span>
          </Fact>
          <Fact label="Window">
            <span className="ff-num">
              starts {visit.windowFrom}–{visit.windowTo}
            </span>
          </Fact>
          <Fact label="Carer">
            {visit.staffId === null ? (
              <span className={classes.dim}>Nobody yet</span>
            ) : lane ? (
              `${lane.lane.name}, ${roleName(lane.lane.role)}${lane.lane.partnerName === null ? '' : ` (${lane.lane.partnerName})`}`
            ) : (
              <span className={classes.warnText}>A carer no longer on this roster</span>
            )}
          </Fact>
          {visit.providerPreference !== 'any' && (
            <Fact label="Provider">{visit.providerPreference === 'own' ? 'Own staff only' : 'Partner staff only'}</Fact>
          )}
        </dl>

        {visit.pair !== null && (
          <TwoCarers visit={visit} pair={visit.pair} carer={lane?.lane.name ?? null} writable={writable} />
        )}

        {visit.staffId === null && <WhyNobody visit={visit} writable={writable} />}

        <BlockedCarers key={visit.patientId} patientId={visit.patientId} staffId={visit.staffId} />

        <Editor key={visit.id} visit={visit} writable={writable} />
      </div>

      {writable && (
        <footer className={classes.actions}>
          {cancelling ? (
            <>
              <span className={classes.question}>
                {visit.pair === null ? 'Cancel this visit for good?' : 'Cancel the visits of both carers?'}
              </span>
              <Button variant="default" onClick={() => setCancelling(false)}>
                Keep
              </Button>
              <Button color="red" onClick={() => void controller.cancel(visit)}>
                Cancel visit
              </Button>
            </>
          ) : (
            <>
              <Button leftSection={<IconArrowsMove size={14} />} onClick={() => controller.askMove(visit.id)}>
                Move to…
              </Button>
              {visit.staffId !== null && (
                <Button
                  variant="default"
                  leftSection={<IconUserMinus size={14} />}
                  onClick={() => void controller.unassign(visit)}
                >
                  Unassign
                </Button>
              )}
              {visit.staffId !== null && (
                <Button
                  variant="default"
                  leftSection={visit.pinned ? <IconPinnedOff size={14} /> : <IconPin size={14} />}
                  onClick={() => void controller.pin(visit, !visit.pinned)}
                >
                  {visit.pinned ? 'Unpin' : 'Pin'}
                </Button>
              )}
              <Button
                variant="subtle"
                color="red"
                leftSection={<IconTrash size={14} />}
                onClick={() => setCancelling(true)}
              >
                Cancel visit…
              </Button>
            </>
          )}
        </footer>
      )}
    </section>
  );
}
