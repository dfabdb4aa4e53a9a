/** The narrow rail at the left: where one can go, help, and who one is. */
import { ActionIcon, Menu, Tooltip, useMantineColorScheme } from '@mantine/core';
import {
  IconCalendarWeek,
  IconChartLine,
  IconDeviceDesktop,
  IconFileImport,
  IconKeyboard,
  IconLock,
  IconLogout,
  IconMoon,
  IconSun,
  IconUserHeart,
  IconUsers,
} from '@tabler/icons-react';
import { initials } from '../lib/format.ts';
import { useApp } from './app-context.tsx';
import mark from './mark.svg';
import classes from './shell.module.css';

const SCHEMES = [
  { value: 'light', label: 'Light', icon: IconSun },
  { value: 'dark', label: 'Dark', icon: IconMoon },
  { value: 'auto', label: 'As the system', icon: IconDeviceDesktop },
] as const;

const PLACES = [
  { id: 'week', label: 'Week board', icon: IconCalendarWeek },
  { id: 'patients', label: 'Patients', icon: IconUsers },
  { id: 'staff', label: 'Staff', icon: IconUserHeart },
  { id: 'outcomes', label: 'Outcomes', icon: IconChartLine },
] as const;
export type Place = (typeof PLACES)[number]['id'];

/** Where one is, and the way to elsewhere. */
export interface Places {
  readonly current: Place;
  go(place: Place): void;
}

export function Rail(props: {
  readonly places: Places;
  readonly onImport: (() => void) | null;
  readonly onShortcuts: () => void;
}) {
  const { user, org, lock, signOut } = useApp();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  return (
    <nav className={classes.rail} aria-label="Main">
      <img src={mark} alt="Fieldfare" width={30} height={30} className={classes.mark} />
      {PLACES.map(({ id, label, icon: Icon }) => {
        const here = id === props.places.current;
        return (
          <Tooltip key={id} label={label} position="right">
            <ActionIcon
              size={36}
              {...(here ? { variant: 'light', color: 'heron', 'aria-current': 'page' as const } : {})}
              aria-label={label}
              onClick={() => props.places.go(id)}
            >
              <Icon size={20} stroke={1.7} />
            </ActionIcon>
          </Tooltip>
        );
      })}
      {props.onImport && (
        <Tooltip label="Import from CSV" position="right">
          <ActionIcon size={36} aria-label="Import from CSV" onClick={props.onImport}>
            <IconFileImport size={20} stroke={1.7} />
          </ActionIcon>
        </Tooltip>
      )}
      <span className={classes.grow} />
      <Tooltip label="Keyboard shortcuts (?)" position="right">
        <ActionIcon size={36} aria-label="Keyboard shortcuts" onClick={props.onShortcuts}>
          <IconKeyboard size={20} stroke={1.7} />
        </ActionIcon>
      </Tooltip>
      <Menu position="right-end" width={224} shadow="md" radius="lg">
        <Menu.Target>
          <button
            type="button"
            className={classes.user}
            aria-label={`Account: ${user.name}`}
            data-initials={initials(user.name)}
          />
        </Menu.Target>
        <Menu.Dropdown>
          <div className={classes.who}>
            <strong>{user.name}</strong>
            <span>{org.organisation.name}</span>
          </div>
          <Menu.Divider />
          <Menu.Label>Appearance</Menu.Label>
          {SCHEMES.map(({ value, label, icon: Icon }) => (
            <Menu.Item
              key={value}
              leftSection={<Icon size={15} />}
              rightSection={colorScheme === value ? '✓' : null}
              onClick={() => setColorScheme(value)}
              closeMenuOnClick={false}
            >
              {label}
            </Menu.Item>
          ))}
          <Menu.Divider />
          <Menu.Item
            leftSection={<IconLock size={15} />}
            rightSection={<kbd className={classes.kbd}>Ctrl L</kbd>}
            onClick={lock}
          >
            Lock
          </Menu.Item>
          <Menu.Item leftSection={<IconLogout size={15} />} onClick={signOut}>
            Sign out
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
    </nav>
  );
}
