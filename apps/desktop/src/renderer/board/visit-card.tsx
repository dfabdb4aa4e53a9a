/** One visit as a card, on the board and in the tray. Plain elements only: a board shows hundreds of them. */
// biome-ignore-all lint/a11y/useSemanticElements: rows are positioned by hand and cards are draggable: no table, no buttons
// biome-ignore-all lint/a11y/useFocusableInteractive: focus lives on cells and cards
import type { BoardVisit, ProposedPlacement } from '@fieldfare/domain';
import { IconAlertTriangleFilled, IconChevronsUp, IconNote, IconPinFilled, IconSparkles } from '@tabler/icons-react';
import { memo } from 'react';
import { duration, endTime, longDate, plural, serviceShort } from '../lib/format.ts';
import classes from './card.module.css';

const PRIORITY_WORDS = { routine: '', high: 'high priority', urgent: 'urgent' } as const;

/** What the card says as one sentence, for screen readers and the hover card alike. */
export function visitSentence(visit: BoardVisit): string {
  const when =
    visit.start === null
      ? `between ${visit.windowFrom} and ${visit.windowTo}`
      : `${visit.start} to ${endTime(visit.start, visit.minutes)}`;
  return [
    visit.patientName,
    visit.serviceName,
    visit.date === null ? `any day, ${when}` : `${longDate(visit.date)}, ${when}`,
    duration(visit.minutes),
    PRIORITY_WORDS[visit.priority],
    visit.pinned ? 'pinned' : '',
    visit.note === '' ? '' : 'has a note',
    visit.conflictIds.length === 0 ? '' : plural(visit.conflictIds.length, 'open conflict'),
  ]
    .filter((part) => part !== '')
    .join(', ');
}

export const VisitCard = memo(function VisitCard(props: {
  readonly visit: BoardVisit;
  readonly selected: boolean;
  readonly lifted: boolean;
  readonly movable: boolean;
  /** In the tray there is room for the service in full and the place. */
  readonly wide?: boolean;
}) {
  const { visit, selected, lifted, movable, wide = false } = props;
  const marked = visit.note !== '' || visit.pinned || visit.priority !== 'routine' || visit.conflictIds.length > 0;
  return (
    <div
      role="button"
      tabIndex={-1}
      className={classes.card}
      data-visit-id={visit.id}
      data-colour={visit.colour}
      data-draggable={movable || undefined}
      data-conflict={visit.conflictIds.length > 0 || undefined}
      data-selected={selected || undefined}
      aria-current={selected || undefined}
      data-lifted={lifted || undefined}
      aria-label={visitSentence(visit)}
    >
      <div className={classes.text}>
        <span className={classes.minutes}>{visit.minutes}′</span>
        <b>{visit.start ?? `${visit.windowFrom}+`}</b>{' '}
        {wide ? visit.serviceName : serviceShort(visit.serviceCode, visit.serviceName)}
        <br />
        {marked && (
          <span className={classes.icons}>
            {visit.note !== '' && <IconNote />}
            {visit.pinned && <IconPinFilled />}
            {visit.priority !== 'routine' && (
              <IconChevronsUp className={visit.priority === 'urgent' ? classes.bad : classes.warn} />
            )}
            {visit.conflictIds.length > 0 && <IconAlertTriangleFilled className={classes.bad} />}
          </span>
        )}
        <span className={classes.name}>{visit.patientName}</span>
        {wide && ` · ${visit.municipality}`}
      </div>
    </div>
  );
});

/** A place the engine proposes: seen, not yet true. */
export const GhostCard = memo(function GhostCard(props: {
  readonly placement: ProposedPlacement;
  /** The visit itself: its service's code and colour. Gone when somebody cancelled it meanwhile. */
  readonly visit: BoardVisit | undefined;
}) {
  const { placement, visit } = props;
  return (
    <div
      className={classes.ghost}
      data-ghost-visit-id={placement.visitId}
      data-colour={visit?.colour ?? ''}
      role="note"
      aria-label={`Proposed: ${placement.patientName}, ${placement.serviceName}, ${placement.start}`}
    >
      <div className={classes.text}>
        <span className={classes.minutes}>{placement.minutes}′</span>
        <b>{placement.start}</b> {serviceShort(visit?.serviceCode ?? '', placement.serviceName)}
        <br />
        <span className={classes.icons}>
          <IconSparkles className={classes.proposed} aria-hidden />
        </span>
        <span className={classes.name}>{placement.patientName}</span>
      </div>
    </div>
  );
});
