/**
 * Cuts text to a width before it is drawn. CSS does that with a clipped box, and a clipped box on each of hundreds of
 * cards is what a scroll pays for (`pnpm bench board`). Widths are measured once for each text.
 */
export type TextStyle = 'name' | 'service';

/** As in card.module.css. */
const FONTS: Readonly<Record<TextStyle, string>> = {
  name: "520 12px 'Inter Variable', system-ui, sans-serif",
  service: "400 11px 'Inter Variable', system-ui, sans-serif",
};
const ELLIPSIS = '…';

const widths: Readonly<Record<TextStyle, Map<string, number>>> = { name: new Map(), service: new Map() };
let context: CanvasRenderingContext2D | null | undefined;

function widthOf(text: string, style: TextStyle): number {
  const known = widths[style].get(text);
  if (known !== undefined) return known;
  context ??= document.createElement('canvas').getContext('2d');
  if (!context) return 0;
  context.font = FONTS[style];
  const { width } = context.measureText(text);
  widths[style].set(text, width);
  return width;
}

/** Widths measured before the fonts had come are wrong: call when they have. */
export function forgetWidths(): void {
  widths.name.clear();
  widths.service.clear();
}

/** `text`, or as much of it as fits into `width` CSS pixels, with an ellipsis. */
export function fitText(text: string, style: TextStyle, width: number): string {
  const whole = widthOf(text, style);
  if (whole <= width) return text;
  const room = width - widthOf(ELLIPSIS, style);
  let length = Math.max(1, Math.floor((text.length * room) / whole));
  while (length > 1 && widthOf(text.slice(0, length), style) > room) length -= 1;
  while (length < text.length - 1 && widthOf(text.slice(0, length + 1), style) <= room) length += 1;
  return text.slice(0, length).trimEnd() + ELLIPSIS;
}
