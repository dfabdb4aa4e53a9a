/**
 * A worker's first file, kept small: a browser keeps compiled what that file imports, the file itself it compiles anew at each
 * start. What is asked before the rest has been read is asked again then.
 */
export function serveLater<Host>(loading: Promise<Host>, serve: (host: Host) => void): void {
  const early: MessageEvent[] = [];
  const keep = (event: MessageEvent): void => {
    early.push(event);
  };
  self.addEventListener('message', keep);
  loading.then(
    (host) => {
      self.removeEventListener('message', keep);
      serve(host);
      for (const { data, ports } of early) self.dispatchEvent(new MessageEvent('message', { data, ports: [...ports] }));
    },
    // Thrown outside the promise, so that whoever started the worker hears of it.
    (error) => setTimeout(() => reportError(error)),
  );
}
