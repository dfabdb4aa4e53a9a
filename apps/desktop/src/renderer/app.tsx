import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { SessionRoot } from './session/session-root.tsx';
import { Providers } from './shell/providers.tsx';

const root = document.getElementById('root');
if (root) {
  createRoot(root).render(
    <StrictMode>
      <Providers>
        <SessionRoot />
      </Providers>
    </StrictMode>,
  );
}
