/** What the page reads first, and small: the worker starts to load while the application is being read. */
import './session/start-worker.ts';

import('./app.tsx').catch(() => {
  document.body.textContent =
    'Fieldfare could not be loaded. What was saved is safe on this device; reload to try again.';
});
