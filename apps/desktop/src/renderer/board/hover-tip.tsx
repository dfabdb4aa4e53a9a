/** One hover card for the whole board: what a card shows in full, after a rest of the pointer. */
import type { BoardVisit } from '@fieldfare/domain';
import { type RefObject, useEffect, useState } from 'react';
import { duration, endTime, longDate } from '../lib/format.ts';
import { useController } from './context.tsx';
import classes from './hover-tip.module.css';

const REST_MS = 450;
const WIDTH = 264;

interface Shown {
  readonly visit: BoardVisit;
  readonly left: number;
  readonly top: number;
  readonly above: boolean;
}

export function HoverTip({ area }: { readonly area: RefObject<HTMLElement | null> }) {
  const { store, carry, ui } = useController();
  const [shown, setShown] = useState<Shown | null>(null);

  useEffect(() => {
    const root = area.current;
    if (!root) return;
    let timer = 0;
    let current: Element | null = null;
    const hide = (): void => {
      window.clearTimeout(timer);
      current = null;
      setShown(null);
    };
    const onOver = (event: PointerEvent): void => {
      const card = (event.target as Element).closest<HTMLElement>('[data-visit-id]');
      if (card === current) return;
      hide();
      if (!card || event.pointerType === 'touch') return;
      current = card;
      timer = window.setTimeout(() => {
        const visit = store.visit(card.dataset.visitId ?? '');
        if (!visit || carry.current() || ui.get().selectedVisitId === visit.id || !card.isConnected) return;
        const box = card.getBoundingClientRect();
        const above = box.bottom + 170 > innerHeight;
        setShown({
          visit,
          left: Math.max(8, Math.min(box.left, innerWidth - WIDTH - 12)),
          top: above ? box.top - 6 : box.bottom + 6,
          above,
        });
      }, REST_MS);
    };
    root.addEventListener('pointerover', onOver);
    root.addEventListener('pointerleave', hide);
    root.addEventListener('pointerdown', hide);
    root.addEventListener('scroll', hide, true);
    root.addEventListener('keydown', hide);
    return () => {
      window.clearTimeout(timer);
      root.removeEventListener('pointerover', onOver);
      root.removeEventListener('pointerleave', hide);
      root.removeEventListener('pointerdown', hide);
      root.removeEventListener('scroll', hide, true);
      root.removeEventListener('keydown', hide);
    };
  }, [area, store, carry, ui]);

  if (!shown) return null;
  const { visit } = shown;
  return (
    <div
      className={classes.tip}
      data-above={shown.above || undefined}
      style={{ left: shown.left, top: shown.top }}
      aria-hidden
    >
      <div className={classes.name}>{visit.patientName}</div>
      <div className={classes.dim}>
        {visit.municipality} · {visit.patientRisk} risk
      </div>
      <div className={classes.when}>
        {visit.date === null ? 'Any day' : longDate(visit.date)}
        {visit.start !== null && `, ${visit.start}–${endTime(visit.start, visit.minutes)}`}
      </div>
      <div className={classes.dim}>
        {visit.serviceName} · {duration(visit.minutes)} · start between {visit.windowFrom} and {visit.windowTo}
      </div>
      {visit.note !== '' && <div className={classes.note}>{visit.note}</div>}
      {visit.conflictIds.length > 0 && <div className={classes.bad}>Open conflict: click to see it</div>}
    </div>
  );
}
