/** When visits may start: windows by part of the day or by the clock, each on chosen days or any. */
import type { RequirementFields } from '@fieldfare/domain';
import { ActionIcon, Button, Menu } from '@mantine/core';
import { IconChevronDown, IconX } from '@tabler/icons-react';
import { TimeField } from '../../shell/time-field.tsx';
import { WeekdayToggles } from '../../shell/weekday-toggles.tsx';
import classes from './requirements.module.css';
import { DAY_PARTS } from './wording.ts';

type Windows = RequirementFields['windows'];

const MOST_WINDOWS = 14;

export function NeedWindows(props: {
  readonly windows: Windows;
  readonly errors: ReadonlyMap<number, string>;
  readonly onChange: (windows: Windows) => void;
}) {
  const { windows, errors, onChange } = props;
  const set = (index: number, change: Partial<Windows[number]>): void =>
    onChange(windows.map((one, at) => (at === index ? { ...one, ...change } : one)));
  const add = (from: string, to: string): void => onChange([...windows, { weekdays: [], from, to }]);
  return (
    <fieldset className={classes.windows}>
      <legend>May start</legend>
      {windows.map(({ weekdays, from, to }, index) => {
        const label = windows.length > 1 ? `Window ${index + 1}` : 'Window';
        const wrong = errors.get(index);
        return (
          <div key={index} className={classes.window}>
            <TimeField
              label={`${label}: from`}
              wrong={wrong !== undefined}
              readOnly={false}
              value={from}
              onChange={(time) => set(index, { from: time })}
            />
            <span className={classes.dim}>to</span>
            <TimeField
              label={`${label}: to`}
              wrong={wrong !== undefined}
              readOnly={false}
              value={to}
              onChange={(time) => set(index, { to: time })}
            />
            <WeekdayToggles
              label={`${label}: days`}
              weekdays={weekdays}
              onChange={(days) => set(index, { weekdays: days })}
            />
            {weekdays.length === 0 && <span className={classes.dim}>any day</span>}
            {windows.length > 1 && (
              <ActionIcon
                size={24}
                aria-label={`Remove ${label.toLowerCase()}`}
                onClick={() => onChange(windows.filter((_, at) => at !== index))}
              >
                <IconX size={14} />
              </ActionIcon>
            )}
            {wrong !== undefined && <span className={classes.wrong}>{wrong}</span>}
          </div>
        );
      })}
      {windows.length < MOST_WINDOWS && (
        <Menu position="bottom-start" shadow="md">
          <Menu.Target>
            <Button variant="subtle" size="compact-xs" rightSection={<IconChevronDown size={13} />}>
              Add a window
            </Button>
          </Menu.Target>
          <Menu.Dropdown>
            {DAY_PARTS.map(({ label, from, to }) => (
              <Menu.Item key={label} onClick={() => add(from, to)}>
                {label} {from}–{to}
              </Menu.Item>
            ))}
            <Menu.Item onClick={() => add('', '')}>By the clock</Menu.Item>
          </Menu.Dropdown>
        </Menu>
      )}
    </fieldset>
  );
}
