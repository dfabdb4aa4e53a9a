/** The configuration an organisation starts with. Uncalibrated: a clinical lead signs it off before it guides care. */
import axes from '../data/axes.json' with { type: 'json' };
import matrix from '../data/matrix.json' with { type: 'json' };
import rates from '../data/rates.json' with { type: 'json' };

export const DEFAULT_PARTS: { readonly matrix: unknown; readonly axes: unknown; readonly rates: unknown } = {
  matrix,
  axes,
  rates,
};
