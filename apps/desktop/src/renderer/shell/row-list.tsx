/** A long list of people, of which only what is in sight is drawn: opened with Enter or a click, walked with the arrows. */
import { useVirtualizer } from '@tanstack/react-virtual';
import { type CSSProperties, type KeyboardEvent, type ReactNode, useRef } from 'react';
import classes from './row-list.module.css';

const ROW_PX = 40;

export function RowList<T>(props: {
  readonly testId: string;
  readonly head: readonly string[];
  /** CSS `grid-template-columns`. */
  readonly columns: string;
  readonly rows: readonly T[];
  readonly idOf: (row: T) => string;
  readonly attributesOf: (row: T) => Readonly<Record<`data-${string}`, string>>;
  readonly onOpen: (row: T) => void;
  /** The cells of one row. */
  readonly children: (row: T) => ReactNode;
}) {
  const { rows, onOpen } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const list = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    overscan: 12,
  });
  const move = (event: KeyboardEvent<HTMLButtonElement>, index: number): void => {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (step === 0) return;
    event.preventDefault();
    const next = Math.min(rows.length - 1, Math.max(0, index + step));
    list.scrollToIndex(next);
    requestAnimationFrame(() => scroller.current?.querySelector<HTMLButtonElement>(`[data-index="${next}"]`)?.focus());
  };
  return (
    <div className={classes.table} data-testid={props.testId} style={{ '--columns': props.columns } as CSSProperties}>
      <div className={classes.head} aria-hidden="true">
        {props.head.map((name) => (
          <span key={name}>{name}</span>
        ))}
      </div>
      <div ref={scroller} className={classes.scroll}>
        <ul className={classes.rows} style={{ height: list.getTotalSize() }}>
          {list.getVirtualItems().map(({ index, start }) => {
            const row = rows[index];
            if (row === undefined) return null;
            return (
              <li key={props.idOf(row)} className={classes.rowPlace} style={{ transform: `translateY(${start}px)` }}>
                <button
                  type="button"
                  className={classes.row}
                  data-index={index}
                  {...props.attributesOf(row)}
                  onClick={() => onOpen(row)}
                  onKeyDown={(event) => move(event, index)}
                >
                  {props.children(row)}
                </button>
              </li>
            );
          })}
        </ul>
      </div>
    </div>
  );
}
