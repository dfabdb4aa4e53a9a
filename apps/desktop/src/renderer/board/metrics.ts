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

export const METRIC_VARIABLES: Readonly<Record<string, string>> = {
  '--ff-card-h': `${CARD}px`,
  '--ff-card-gap': `${CARD_GAP}px`,
  '--ff-cell-pad': `${CELL_PAD}px`,
  '--ff-group-h': `${GROUP}px`,
  '--ff-dayhead-h': `${DAY_HEADER}px`,
};
