/** Colleagues who have the week open: in the bar, on the cards they look at, and in the visit's panel. */
import type { BoardVisit, Onlooker } from '@fieldfare/domain';
import { Tooltip } from '@mantine/core';
import { initials } from '../lib/format.ts';
import { useObservable } from '../lib/observable.ts';
import { useController, useVisitOnlookers } from './context.tsx';
import classes from './onlookers.module.css';

/** Faces shown before the rest become a number. */
const FACES = 4;

function whereOf(name: string, visit: BoardVisit | undefined): string {
  if (visit === undefined) return `${name} has this week open`;
  return `${name} looks at ${visit.patientName}${visit.start === null ? '' : `, ${visit.start}`}`;
}

function Face({ onlooker }: { readonly onlooker: Onlooker }) {
  const controller = useController();
  const { name, visitId } = onlooker;
  const visit = visitId === null ? undefined : controller.store.visit(visitId);
  const where = whereOf(name, visit);
  return (
    <Tooltip label={where}>
      <button
        type="button"
        className={classes.face}
        data-onlooker={name}
        data-looking={visit?.id}
        aria-label={visit === undefined ? where : `${where}. Show on board`}
        onClick={() => visit !== undefined && controller.reveal.current?.(visit.id)}
      >
        {initials(name)}
      </button>
    </Tooltip>
  );
}

/** One face a person: the window that looks at a visit goes before one that has the week open. */
export function onePerPerson(onlookers: readonly Onlooker[]): readonly Onlooker[] {
  const people = new Map<string, Onlooker>();
  for (const one of onlookers) if (people.get(one.userId)?.visitId == null) people.set(one.userId, one);
  return [...people.values()];
}

export function Onlookers() {
  const people = onePerPerson(useObservable(useController().onlookers));
  if (people.length === 0) return null;
  const rest = people.slice(FACES);
  return (
    <ul className={classes.faces} aria-label="Colleagues in this week">
      {people.slice(0, FACES).map((onlooker) => (
        <li key={onlooker.userId}>
          <Face onlooker={onlooker} />
        </li>
      ))}
      {rest.length > 0 && (
        <Tooltip label={rest.map(({ name }) => name).join(', ')}>
          <li className={classes.rest}>+{rest.length}</li>
        </Tooltip>
      )}
    </ul>
  );
}

export function AlsoHere({ visitId }: { readonly visitId: string }) {
  const names = onePerPerson(useVisitOnlookers(visitId)).map(({ name }) => name);
  if (names.length === 0) return null;
  return (
    <p className={classes.also} data-testid="also-here">
      <span className={classes.eye} />
      {names.join(', ')} {names.length === 1 ? 'looks' : 'look'} at this visit too
    </p>
  );
}
