import { Badge, Text, Tooltip } from '@mantine/core';
import { IconFlask } from '@tabler/icons-react';
import { useApp } from './app-context.tsx';

/** On every screen of a generated agency, so that nobody mistakes its people for real ones. */
export function SyntheticBadge() {
  const { org } = useApp();
  if (!org.organisation.synthetic) return null;
  return (
    <Tooltip label={`${org.organisation.name}: generated people and visits. Nobody here is real.`}>
      <Badge
        variant="light"
        color="chestnut"
        leftSection={<IconFlask size={12} />}
        data-testid="synthetic-badge"
        tabIndex={0}
        flex="none"
      >
        Synthetic
        <Text span inherit visibleFrom="lg">
          {' data'}
        </Text>
      </Badge>
    </Tooltip>
  );
}
