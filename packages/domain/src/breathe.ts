/** For work beside everything else that a worker does. */

/**
 * Lets timers, messages and the stop of what is running through. A message to oneself comes back behind what waits already;
 * browsers hold a chain of timers back by 4 ms each.
 */
export const breathe = (): Promise<void> =>
  new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
