/** Measures in CSS pixels that both the virtualiser and the style sheet need: the sheet gets them as variables. */
export const CARD = 40;
export const CARD_GAP = 3;
export const CELL_PAD = 5;
export const LANE_MIN = 66;
export const GROUP = 30;
export const DAY_HEADER = 46;

/** Height of a lane whose fullest day stacks `cards`. One spare strip keeps a place to drop on. */
export const laneHeight = (cards: number): number =>
  Math.max(LANE_MIN, CELL_PAD * 2 + cards * CARD + Math.max(0, cards - 1) * CARD_GAP + (cards > 0 ? 8 : 0));

/** Narrowest day column, as in board.module.css. */
export const MIN_COLUMN = 110;

/** Between a column's edge and the text of a card in it: the column's line, the cell's and the card's padding. */
const CARD_INSETS = 1 + 8 + 15;
const TIME = 33;
const MINUTES = 19;
const ICON = 13;

/** Room for a card's two lines in a column, in whole steps so that dragging a window's edge does not redraw each pixel. */
export function textRoom(columnWidth: number): { readonly service: number; readonly name: number } {
  const name = Math.floor((columnWidth - CARD_INSETS) / 2) * 2;
  return { name, service: name - TIME - (matchMedia(NARROW).matches ? 0 : MINUTES) };
}
export const iconsRoom = (icons: number): number => (icons === 0 ? 0 : icons * ICON);

/** Where cards leave their length out: see card.module.css. */
export const NARROW = '(max-width: 1200px)';

export const METRIC_VARIABLES: Readonly<Record<string, string>> = {
  '--ff-card-h': `${CARD}px`,
  '--ff-card-gap': `${CARD_GAP}px`,
  '--ff-cell-pad': `${CELL_PAD}px`,
  '--ff-group-h': `${GROUP}px`,
  '--ff-dayhead-h': `${DAY_HEADER}px`,
};
