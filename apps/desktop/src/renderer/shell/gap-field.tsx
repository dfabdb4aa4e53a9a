/** One end of the gap between two carers who come in turn. */
import { NumberInput, type NumberInputProps } from '@mantine/core';
import type { Pairing } from '../lib/carers.ts';

type InTurn = Extract<Pairing, { readonly kind: 'after' }>;

export function GapField(
  props: Pick<NumberInputProps, 'label' | 'aria-label' | 'error' | 'w' | 'readOnly'> & {
    readonly end: 'leastMinutes' | 'mostMinutes';
    readonly pairing: InTurn;
    readonly onPairing: (pairing: InTurn) => void;
  },
) {
  const { end, pairing, onPairing, ...input } = props;
  return (
    <NumberInput
      size="xs"
      suffix=" min"
      min={0}
      max={480}
      step={15}
      allowDecimal={false}
      value={pairing[end]}
      onChange={(minutes) => typeof minutes === 'number' && onPairing({ ...pairing, [end]: minutes })}
      {...input}
    />
  );
}
