/** By tour: minutes of its break, 0: none, and the window in which it lies whole. */
export interface TourBreaks {
  readonly minutes: Int32Array;
  readonly from: Int32Array;
  readonly to: Int32Array;
}
