/** A time of day as people type it ("9", "930", "9h30"), kept as `09:30`; what is no time is kept as empty. */
import { TextInput } from '@mantine/core';
import { useState } from 'react';
import { parseTime } from '../lib/format.ts';

const MIDNIGHT = '24:00';

export function TimeField(props: {
  readonly label: string;
  readonly value: string;
  readonly readOnly: boolean;
  readonly wrong: boolean;
  /** Midnight is the end of the day, `24:00`. */
  readonly endsDay?: boolean;
  readonly onChange: (time: string) => void;
}) {
  const { label, value, readOnly, wrong, endsDay = false, onChange } = props;
  const [typed, setTyped] = useState<string | null>(null);
  const send = (text: string): void => {
    const time = endsDay && /^\s*24([:h]?00)?\s*$/.test(text) ? MIDNIGHT : (parseTime(text) ?? '');
    onChange(endsDay && time === '00:00' ? MIDNIGHT : time);
  };
  const commit = (): void => {
    if (typed === null) return;
    setTyped(null);
    send(typed);
  };
  return (
    <TextInput
      size="xs"
      w={64}
      inputMode="numeric"
      placeholder="00:00"
      maxLength={6}
      aria-label={label}
      error={wrong}
      readOnly={readOnly}
      value={typed ?? value}
      onChange={({ currentTarget: { value: text } }) => {
        setTyped(text);
        if (/^\d{1,2}:\d{2}$/.test(text)) send(text); // whole already: whoever saves by a key need not leave the field
      }}
      onBlur={commit}
      onKeyDown={(event) => event.key === 'Enter' && commit()}
    />
  );
}
