/**
 * Dragging by pointer. Cards are registered when a pointer goes down on them and cells are found under the pointer, so
 * mounting a row costs nothing here.
 */
import { draggable, dropTargetForElements } from '@atlaskit/pragmatic-drag-and-drop/adapter/element-adapter';
import { type RefObject, useEffect } from 'react';
import { shortDate } from '../lib/format.ts';
import { pairWords } from './carry.ts';
import type { BoardController } from './controller.ts';
import { createHint } from './hint.ts';

interface Point {
  readonly clientX: number;
  readonly clientY: number;
  /** Held: half a pair goes without the other half. */
  readonly shiftKey: boolean;
}

/** Pixels from an edge within which the board scrolls, and its top speed in pixels a frame. */
const EDGE = 64;
const SPEED = 18;

const push = (distance: number): number => (distance < EDGE ? ((EDGE - Math.max(0, distance)) / EDGE) ** 2 * SPEED : 0);

export function cellUnder(point: Pick<Point, 'clientX' | 'clientY'>): HTMLElement | null {
  return document.elementFromPoint(point.clientX, point.clientY)?.closest<HTMLElement>('[data-cell]') ?? null;
}

export function useBoardDrag(
  root: RefObject<HTMLElement | null>,
  scroller: RefObject<HTMLElement | null>,
  controller: BoardController,
): void {
  useEffect(() => {
    const area = root.current;
    if (!area) return;
    const { carry, store } = controller;
    const hint = createHint();
    let release: (() => void) | null = null;
    let over: HTMLElement | null = null;
    let point: Point | null = null;
    let frame = 0;

    function paint(cell: HTMLElement | null): void {
      if (cell === over) return;
      over?.removeAttribute('data-over');
      cell?.setAttribute('data-over', '');
      over = cell;
    }

    function follow(): void {
      const carried = carry.current();
      if (!point || !carried) return;
      const cell = cellUnder(point);
      paint(cell);
      const { staffId, date } = cell?.dataset ?? {};
      const at = { x: point.clientX, y: point.clientY };
      if (staffId && date) {
        const name = store.lane(staffId)?.lane.name ?? '';
        const fit = carry.at(staffId, date);
        hint.show(at, `${name}, ${shortDate(date)}`, fit, true, pairWords(carried, fit));
      } else if (document.elementFromPoint(at.x, at.y)?.closest('[data-tray]') && carried.visit.staffId !== null) {
        hint.show(at, 'Back to unscheduled', undefined, false);
      } else hint.hide();
    }

    function tick(): void {
      const board = scroller.current;
      if (board && point) {
        const box = board.getBoundingClientRect();
        const inside = point.clientX > box.left && point.clientX < box.right;
        const dy = inside ? push(box.bottom - point.clientY) - push(point.clientY - box.top) : 0;
        const dx = inside ? push(box.right - point.clientX) - push(point.clientX - box.left) : 0;
        if (dx !== 0 || dy !== 0) {
          board.scrollBy(dx, dy);
          follow();
        }
      }
      frame = requestAnimationFrame(tick);
    }

    function finish(): void {
      area?.removeAttribute('data-dragging');
      cancelAnimationFrame(frame);
      paint(null);
      hint.hide();
      point = null;
      carry.end();
    }

    function onPointerDown(event: PointerEvent): void {
      const card = (event.target as Element).closest<HTMLElement>('[data-draggable]');
      const id = card?.dataset.visitId;
      release?.();
      release = null;
      if (!card || id === undefined || event.button !== 0) return;
      release = draggable({
        element: card,
        getInitialData: () => ({ visitId: id }),
        onDragStart({ location }) {
          const visit = store.visit(id);
          if (!visit) return;
          point = location.current.input;
          carry.begin(visit, 'pointer', point.shiftKey);
          area?.setAttribute('data-dragging', '');
          frame = requestAnimationFrame(tick);
        },
        onDrag({ location }) {
          point = location.current.input;
          carry.setAlone(point.shiftKey);
          follow();
        },
        onDrop({ location }) {
          const carried = carry.current();
          const landed = location.current.dropTargets[0]?.data;
          if (carried && landed) {
            const { staffId, date, tray } = landed as { staffId?: string; date?: string; tray?: boolean };
            if (tray) void controller.unassign(carried.visit);
            else if (staffId && date) {
              // The verdicts must outlive the gesture: dropOn reads them.
              void controller.dropOn(carried, staffId, date).finally(finish);
              cancelAnimationFrame(frame);
              hint.hide();
              return;
            }
          }
          finish();
        },
      });
    }

    area.addEventListener('pointerdown', onPointerDown, true);
    const stopTarget = dropTargetForElements({
      element: area,
      canDrop: ({ source }) => typeof source.data.visitId === 'string',
      getData({ input }) {
        const cell = cellUnder(input);
        const { staffId, date } = cell?.dataset ?? {};
        if (staffId && date) return { staffId, date };
        return { tray: document.elementFromPoint(input.clientX, input.clientY)?.closest('[data-tray]') != null };
      },
      getDropEffect: () => 'move',
    });
    // Verdicts arrive while the pointer rests: refresh the label.
    const stopCarry = carry.subscribe(follow);
    return () => {
      area.removeEventListener('pointerdown', onPointerDown, true);
      stopTarget();
      stopCarry();
      release?.();
      cancelAnimationFrame(frame);
      hint.dispose();
    };
  }, [root, scroller, controller]);
}
