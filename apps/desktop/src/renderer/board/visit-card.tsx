/** One visit as a card, on the board and in the tray. Plain elements only: a board shows hundreds of them. */
// biome-ignore-all lint/a11y/useSemanticElements: rows are positioned by hand and cards are draggable: no table, no buttons
// biome-ignore-all lint/a11y/useFocusableInteractive: focus lives on cells and cards
import type { BoardPair, BoardVisit, ProposedPlacement } from '@fieldfare/domain';
import {
  IconAlertTriangleFilled,
  IconChevronsUp,
  IconNote,
  IconPinFilled,
  IconSparkles,
  IconUsers,
} from '@tabler/icons-react';
import { memo } from 'react';
import { duration, endTime, initials, longDate, plural, serviceShort } from '../lib/format.ts';
import classes from './card.module.css';
import { useVisitOnlookers } from './context.tsx';
import { fitText } from './fit-text.ts';
import { iconsRoom, type textRoom } from './metrics.ts';
import { onePerPerson } from './onlookers.tsx';

type Room = ReturnType<typeof textRoom>;

/** Room a colleague's initials take, in icons. */
const WATCHER_ICONS = 1.5;

const PRIORITY_WORDS = { routine: '', high: 'high priority', urgent: 'urgent' } as const;

/** Of the other of two carers. */
function pairSentence({ status, name }: BoardPair): string {
  if (status === 'apart') return `two carers, not in step with ${name}`;
  return name === null ? 'two carers, the other one is missing' : `two carers, with ${name}`;
}

const PAIR_TONE = { open: undefined, half: classes.warn, whole: undefined, apart: classes.bad };

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
    visit.pair === null ? '' : pairSentence(visit.pair),
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
  /** Room for the text in pixels; null in the tray, where there is enough for the place and the service in full. */
  readonly room: Room | null;
}) {
  const { visit, selected, lifted, movable, room } = props;
  const watchers = onePerPerson(useVisitOnlookers(visit.id));
  const icons =
    Number(visit.note !== '') +
    Number(visit.pair !== null) +
    Number(visit.pinned) +
    Number(visit.priority !== 'routine') +
    Number(visit.conflictIds.length > 0);
  return (
    <div
      role="button"
      tabIndex={-1}
      className={classes.card}
      data-visit-id={visit.id}
      data-colour={visit.colour}
      data-draggable={movable || undefined}
      data-conflict={visit.conflictIds.length > 0 || undefined}
      data-half={visit.pair?.status === 'half' || undefined}
      data-selected={selected || undefined}
      aria-current={selected || undefined}
      data-lifted={lifted || undefined}
      data-watched={watchers.length > 0 || undefined}
      aria-label={visitSentence(visit)}
    >
      <div className={room === null ? classes.cut : classes.text}>
        <span className={classes.minutes}>{visit.minutes}′</span>
        <b>{visit.start ?? `${visit.windowFrom}+`}</b>{' '}
        {room === null
          ? visit.serviceName
          : fitText(serviceShort(visit.serviceCode, visit.serviceName), 'service', room.service)}
        <br />
        {(icons > 0 || watchers.length > 0) && (
          <span className={classes.icons}>
            {visit.pair !== null && <IconUsers className={PAIR_TONE[visit.pair.status]} />}
            {visit.note !== '' && <IconNote />}
            {visit.pinned && <IconPinFilled />}
            {visit.priority !== 'routine' && (
              <IconChevronsUp className={visit.priority === 'urgent' ? classes.bad : classes.warn} />
            )}
            {visit.conflictIds.length > 0 && <IconAlertTriangleFilled className={classes.bad} />}
            {watchers.map(({ userId, name }) => (
              <span key={userId} className={classes.watcher} title={`${name} looks at this visit`}>
                {initials(name)}
              </span>
            ))}
          </span>
        )}
        <span className={classes.name}>
          {room === null
            ? visit.patientName
            : fitText(visit.patientName, 'name', room.name - iconsRoom(icons + WATCHER_ICONS * watchers.length))}
        </span>
        {room === null && ` · ${visit.municipality}`}
      </div>
    </div>
  );
});

/** A place the engine proposes: seen, not yet true. */
export const GhostCard = memo(function GhostCard(props: {
  readonly placement: ProposedPlacement;
  /** The visit itself: its service's code and colour. Gone when somebody cancelled it meanwhile. */
  readonly visit: BoardVisit | undefined;
  readonly room: Room;
}) {
  const { placement, visit, room } = props;
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
        <b>{placement.start}</b>{' '}
        {fitText(serviceShort(visit?.serviceCode ?? '', placement.serviceName), 'service', room.service)}
        <br />
        <span className={classes.icons}>
          <IconSparkles className={classes.proposed} aria-hidden />
        </span>
        <span className={classes.name}>{fitText(placement.patientName, 'name', room.name - iconsRoom(1))}</span>
      </div>
    </div>
  );
});
