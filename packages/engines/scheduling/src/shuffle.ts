/** Puts a list of numbers into an order drawn at random, in place (Fisher & Yates). `draw`: uniform in [0, 1). */
export function shuffle(list: number[] | Int32Array, draw: () => number): void {
  for (let last = list.length - 1; last > 0; last -= 1) {
    const other = Math.floor(draw() * (last + 1));
    const kept = list[last] as number;
    list[last] = list[other] as number;
    list[other] = kept;
  }
}
