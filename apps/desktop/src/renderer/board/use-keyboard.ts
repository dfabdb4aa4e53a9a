/**
 * The board by keyboard: one tab stop, arrows between cards and cells, letters for actions, Space to pick a visit up
 * and carry it. Focus is found through the DOM, so rows know nothing of it.
 */
import { type RefObject, useEffect } from 'react';
import { shortDate } from '../lib/format.ts';
import { isPaired, pairWords } from './carry.ts';
import type { BoardController } from './controller.ts';
import { createHint } from './hint.ts';

interface Place {
  readonly staffId: string;
  readonly day: number;
  /** Card in the cell; -1: the cell itself. */
  readonly index: number;
}

const PAGE = 5;

export function useBoardKeyboard(
  scroller: RefObject<HTMLElement | null>,
  controller: BoardController,
  scrollToRow: (row: number) => void,
): void {
  useEffect(() => {
    const board = scroller.current;
    if (!board) return;
    const { store, carry } = controller;
    const hint = createHint();
    let last: Place | null = null;
    let over: Element | null = null;

    const laneOrder = (): string[] => store.layout().rows.flatMap((row) => (row.type === 'lane' ? [row.staffId] : []));
    const cardsIn = (place: Place): number => store.lane(place.staffId)?.cells[place.day]?.visits.length ?? 0;

    function placeOf(target: EventTarget | null): Place | null {
      const element = target as HTMLElement | null;
      const cell = element?.closest<HTMLElement>('[data-cell]');
      const staffId = cell?.dataset.staffId;
      if (!cell || !staffId) return null;
      const id = element?.closest<HTMLElement>('[data-visit-id]')?.dataset.visitId;
      const day = Number(cell.dataset.day);
      const index = store.lane(staffId)?.cells[day]?.visits.findIndex((visit) => visit.id === id) ?? -1;
      return { staffId, day, index };
    }

    function elementAt(place: Place): HTMLElement | null {
      const cell = board?.querySelector<HTMLElement>(
        `[data-cell][data-staff-id="${CSS.escape(place.staffId)}"][data-day="${place.day}"]`,
      );
      if (!cell || place.index < 0) return cell ?? null;
      return cell.querySelectorAll<HTMLElement>('[data-visit-id]')[place.index] ?? cell;
    }

    function focusPlace(place: Place, tries = 6): void {
      const element = elementAt(place);
      if (!element) {
        const row = store.layout().rowOf.get(place.staffId);
        if (row === undefined || tries === 0) return;
        scrollToRow(row);
        requestAnimationFrame(() => focusPlace(place, tries - 1));
        return;
      }
      last = place;
      element.focus({ preventScroll: true });
      element.closest('[data-cell]')?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
      if (place.index >= 0) element.scrollIntoView({ block: 'nearest', inline: 'nearest' });
    }

    function focusVisit(visitId: string): void {
      const visit = store.visit(visitId);
      const day = store.board()?.days.findIndex(({ date }) => date === visit?.date) ?? -1;
      if (!visit?.staffId || day < 0) return;
      const index = store.lane(visit.staffId)?.cells[day]?.visits.findIndex(({ id }) => id === visitId) ?? -1;
      focusPlace({ staffId: visit.staffId, day, index });
    }
    controller.reveal.current = focusVisit;
    const focusCell = (staffId: string, date: string): void => {
      const day = store.board()?.days.findIndex((one) => one.date === date) ?? -1;
      if (day >= 0) focusPlace({ staffId, day, index: -1 });
    };
    controller.revealCell.current = focusCell;

    function neighbour(from: Place, dx: number, dy: number): Place | null {
      if (dx !== 0) {
        const day = from.day + dx;
        if (day < 0 || day > 6) return null;
        const next = { ...from, day };
        return { ...next, index: Math.min(Math.max(from.index, 0), cardsIn(next) - 1) };
      }
      const order = laneOrder();
      const at = order.indexOf(from.staffId) + dy;
      const staffId = order[Math.max(0, Math.min(order.length - 1, at))];
      if (staffId === undefined || staffId === from.staffId) return null;
      const next = { ...from, staffId };
      return { ...next, index: cardsIn(next) === 0 ? -1 : dy > 0 ? 0 : cardsIn(next) - 1 };
    }

    function step(from: Place, key: string, ctrl: boolean): Place | null {
      // While carrying, cells are the places: cards are skipped.
      const carrying = carry.current() !== null;
      const here = carrying ? { ...from, index: -1 } : from;
      const flat = (place: Place | null): Place | null => (place && carrying ? { ...place, index: -1 } : place);
      const order = laneOrder();
      switch (key) {
        case 'ArrowDown':
          if (!carrying && here.index < cardsIn(here) - 1) return { ...here, index: here.index + 1 };
          return flat(neighbour(here, 0, 1));
        case 'ArrowUp':
          if (!carrying && here.index > 0) return { ...here, index: here.index - 1 };
          return flat(neighbour(here, 0, -1));
        case 'ArrowRight':
          return flat(neighbour(here, 1, 0));
        case 'ArrowLeft':
          return flat(neighbour(here, -1, 0));
        case 'PageDown':
          return flat(neighbour(here, 0, PAGE));
        case 'PageUp':
          return flat(neighbour(here, 0, -PAGE));
        case 'Home':
          return { staffId: ctrl ? (order[0] ?? here.staffId) : here.staffId, day: 0, index: -1 };
        case 'End':
          return { staffId: ctrl ? (order.at(-1) ?? here.staffId) : here.staffId, day: 6, index: -1 };
        default:
          return null;
      }
    }

    function paintCarry(): void {
      over?.removeAttribute('data-over');
      over = null;
      const carried = carry.current();
      if (carried?.by !== 'keyboard' || !last) {
        hint.hide();
        return;
      }
      const cell = elementAt({ ...last, index: -1 });
      const date = cell?.dataset.date;
      if (!cell || !date) return;
      cell.setAttribute('data-over', '');
      over = cell;
      const box = cell.getBoundingClientRect();
      const fit = carry.at(last.staffId, date);
      const name = store.lane(last.staffId)?.lane.name ?? '';
      hint.show({ x: box.left, y: box.bottom - 14 }, `${name}, ${shortDate(date)}`, fit, true, pairWords(carried, fit));
    }

    async function putDown(): Promise<void> {
      const carried = carry.current();
      const date = store.board()?.days[last?.day ?? -1]?.date;
      if (!carried || !last || !date) return;
      const moved = await controller.dropOn(carried, last.staffId, date);
      if (!moved) return; // stays in hand: another place may do
      carry.end();
      requestAnimationFrame(() => requestAnimationFrame(() => focusVisit(carried.visit.id)));
    }

    function onKeyDown(event: KeyboardEvent): void {
      if (event.defaultPrevented || event.altKey) return;
      const at = placeOf(event.target);
      if (!at) return;
      const ctrl = event.ctrlKey || event.metaKey;
      const next = step(at, event.key, ctrl);
      if (next) {
        event.preventDefault();
        focusPlace(next);
        paintCarry();
        return;
      }
      if (event.key.startsWith('Arrow')) {
        event.preventDefault();
        return;
      }
      if (ctrl) return;
      const carried = carry.current();
      if (carried) {
        if (event.key === 'Enter' || event.key === ' ') void putDown();
        else if (event.key === 'Escape') {
          carry.end();
          focusVisit(carried.visit.id);
        } else return;
        event.preventDefault();
        return;
      }
      const visit = store.lane(at.staffId)?.cells[at.day]?.visits[at.index];
      if (!visit) return;
      if (event.key === 'Enter') controller.openVisit(visit.id);
      else if (!controller.writable()) return;
      else if (event.key === ' ') {
        last = { ...at, index: -1 };
        carry.begin(visit, 'keyboard', event.shiftKey);
        const also = isPaired(visit) && !event.shiftKey ? ` The visit of ${visit.pair.name} goes along.` : '';
        controller.said.set(
          `Carrying ${visit.patientName}.${also} Arrows choose a place, Enter puts down, Escape cancels.`,
        );
        focusPlace(last);
      } else if (event.key === 'm' || event.key === 'M') controller.askMove(visit.id);
      else if (event.key === 'u' || event.key === 'U' || event.key === 'Delete') {
        void controller.unassign(visit).then((gone) => gone && focusPlace({ ...at, index: cardsIn(at) - 1 }));
      } else if (event.key === 'p' || event.key === 'P') void controller.pin(visit, !visit.pinned);
      else return;
      event.preventDefault();
    }

    function onFocusIn(event: FocusEvent): void {
      if (event.target === board) {
        const first = laneOrder()[0];
        const place = last && store.layout().rowOf.has(last.staffId) ? last : null;
        if (place) focusPlace(place);
        else if (first !== undefined) focusPlace({ staffId: first, day: 0, index: -1 });
        return;
      }
      const place = placeOf(event.target);
      if (place) last = place;
      // The board is one tab stop: while focus is inside, the container itself must not catch Shift+Tab.
      if (board) board.tabIndex = -1;
    }

    function onFocusOut(event: FocusEvent): void {
      if (board && !board.contains(event.relatedTarget as Node | null)) board.tabIndex = 0;
    }

    function onClick(event: MouseEvent): void {
      const card = (event.target as Element).closest<HTMLElement>('[data-visit-id]');
      const id = card?.dataset.visitId;
      if (id !== undefined) controller.openVisit(id);
    }

    board.addEventListener('keydown', onKeyDown);
    board.addEventListener('focusin', onFocusIn);
    board.addEventListener('focusout', onFocusOut);
    board.addEventListener('click', onClick);
    const stopCarry = carry.subscribe(paintCarry);
    return () => {
      board.removeEventListener('keydown', onKeyDown);
      board.removeEventListener('focusin', onFocusIn);
      board.removeEventListener('focusout', onFocusOut);
      board.removeEventListener('click', onClick);
      stopCarry();
      hint.dispose();
      if (controller.reveal.current === focusVisit) controller.reveal.current = null;
      if (controller.revealCell.current === focusCell) controller.revealCell.current = null;
    };
  }, [scroller, controller, scrollToRow]);
}
