import { NumberInput } from '@mantine/core';

/** Latitude or longitude, decimal degrees; `most` either way. */
export const DegreesField = (props: {
  readonly label: string;
  readonly most: 90 | 180;
  readonly error: string | null;
  readonly readOnly?: boolean;
  readonly value: number;
  readonly onChange: (degrees: number) => void;
}) => (
  <NumberInput
    size="xs"
    label={props.label}
    min={-props.most}
    max={props.most}
    decimalScale={6}
    hideControls
    readOnly={props.readOnly ?? false}
    error={props.error}
    value={props.value}
    onChange={(degrees) => typeof degrees === 'number' && props.onChange(degrees)}
  />
);
