/**
 * The small label that follows the pointer (or the focused cell) while a visit is carried. Written to the DOM directly:
 * it changes on every pointer move.
 */
import type { CellFit } from './carry.ts';
import classes from './hint.module.css';

export interface Hint {
  /** `pair`: what is said of the other carer's visit. */
  show(
    at: { readonly x: number; readonly y: number },
    title: string,
    fit: CellFit | undefined,
    waiting: boolean,
    pair?: string | null,
  ): void;
  hide(): void;
  dispose(): void;
}

export function createHint(): Hint {
  const element = document.createElement('div');
  element.className = classes.hint ?? '';
  element.setAttribute('aria-hidden', 'true');
  element.hidden = true;
  const title = element.appendChild(document.createElement('div'));
  title.className = classes.title ?? '';
  const detail = element.appendChild(document.createElement('div'));
  detail.className = classes.detail ?? '';
  const beside = element.appendChild(document.createElement('div'));
  beside.className = classes.beside ?? '';
  document.body.append(element);
  let key = '';

  return {
    show(at, head, fit, waiting, pair = null) {
      const nextKey = `${head}|${fit?.fit}|${fit?.cell.start}|${waiting}|${pair}`;
      if (nextKey !== key) {
        key = nextKey;
        element.dataset.fit = fit?.fit ?? 'none';
        title.textContent = fit?.cell.start && fit.fit !== 'blocked' ? `${head} at ${fit.cell.start}` : head;
        const reasons = fit?.cell.violations.map((violation) => violation.message) ?? [];
        const fallback = fit?.fit === 'blocked' ? 'Does not fit here' : fit ? 'Fits' : waiting ? 'Checking…' : '';
        detail.textContent = reasons.length > 0 ? reasons.slice(0, 3).join('\n') : fallback;
      }
      beside.textContent = pair;
      beside.hidden = pair === null;
      element.hidden = false;
      const x = Math.min(at.x + 16, innerWidth - 292);
      const y = Math.min(at.y + 18, innerHeight - 96);
      element.style.transform = `translate(${x}px, ${y}px)`;
    },
    hide() {
      key = '';
      element.hidden = true;
    },
    dispose: () => element.remove(),
  };
}
