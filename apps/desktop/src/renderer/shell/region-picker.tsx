import { Menu } from '@mantine/core';
import { IconChevronDown } from '@tabler/icons-react';
import { useApp } from './app-context.tsx';
import classes from './region-picker.module.css';

export function RegionPicker(props: { readonly regionId: string; readonly onPick: (regionId: string) => void }) {
  const { org } = useApp();
  const current = org.regions.find(({ id }) => id === props.regionId);
  return (
    <Menu position="bottom-start" width={220} shadow="md" radius="lg">
      <Menu.Target>
        <button type="button" className={classes.region} aria-label={`Region: ${current?.name ?? 'unknown'}`}>
          <span className={classes.regionName}>{current?.name ?? 'Region'}</span>
          <IconChevronDown size={14} />
        </button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{org.organisation.name}</Menu.Label>
        {org.regions.map(({ id, name }) => (
          <Menu.Item key={id} onClick={() => props.onPick(id)} rightSection={id === props.regionId ? '✓' : null}>
            {name}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
