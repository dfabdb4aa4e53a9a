/** Theme, notices and the style sheets, in the order in which they may override each other. */
import '@mantine/core/styles.layer.css';
import '@mantine/notifications/styles.layer.css';
import '@fontsource-variable/inter/wght.css';
import '../theme/tokens.css';
import { MantineProvider } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import type { ReactNode } from 'react';
import { theme } from '../theme/theme.ts';
import { ErrorBoundary } from './error-boundary.tsx';

export function Providers({ children }: { readonly children: ReactNode }) {
  return (
    <MantineProvider theme={theme} defaultColorScheme="auto">
      <Notifications position="bottom-center" limit={3} />
      <ErrorBoundary>{children}</ErrorBoundary>
    </MantineProvider>
  );
}
