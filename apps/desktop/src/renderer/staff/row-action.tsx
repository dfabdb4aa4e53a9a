/** A small button in a row of the staff page: an icon, and what it does on pointing at it. */
import { ActionIcon, Tooltip } from '@mantine/core';
import type { IconPlus } from '@tabler/icons-react';
import classes from './staff.module.css';

export function RowAction(props: {
  readonly label: string;
  readonly icon: typeof IconPlus;
  readonly disabled?: boolean;
  readonly onClick: () => void;
}) {
  const { label, icon: Icon, disabled = false, onClick } = props;
  return (
    <Tooltip label={label}>
      <ActionIcon size={24} className={classes.action ?? ''} aria-label={label} disabled={disabled} onClick={onClick}>
        <Icon size={14} />
      </ActionIcon>
    </Tooltip>
  );
}
