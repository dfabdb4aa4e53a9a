/** Above a list: finding by typing, and which lines are shown. `/` goes to the field, Enter opens the first line. */
import { SegmentedControl, TextInput } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import { useRef } from 'react';
import { useSlashKey } from '../lib/use-slash-key.ts';
import classes from './list-tools.module.css';

export function ListTools<Filter extends string>(props: {
  readonly label: string;
  readonly placeholder: string;
  readonly typed: string;
  readonly onType: (text: string) => void;
  readonly onEnter: () => void;
  readonly filterLabel: string;
  /** `count` is shown when it is not zero. */
  readonly filters: readonly { readonly value: Filter; readonly label: string; readonly count?: number }[];
  readonly filter: Filter;
  readonly onFilter: (filter: Filter) => void;
}) {
  const search = useRef<HTMLInputElement>(null);
  useSlashKey(search);
  return (
    <div className={classes.tools}>
      <TextInput
        ref={search}
        size="xs"
        w={280}
        aria-label={props.label}
        placeholder={props.placeholder}
        leftSection={<IconSearch size={14} />}
        value={props.typed}
        onChange={(event) => props.onType(event.currentTarget.value)}
        onKeyDown={(event) => event.key === 'Enter' && props.onEnter()}
      />
      <SegmentedControl
        size="xs"
        aria-label={props.filterLabel}
        data={props.filters.map(({ value, label, count = 0 }) => ({
          value,
          label: count > 0 ? `${label} ${count}` : label,
        }))}
        value={props.filter}
        onChange={(value) => props.onFilter(value as Filter)}
      />
    </div>
  );
}
