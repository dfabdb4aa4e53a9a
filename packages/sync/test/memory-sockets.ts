/** Two ends of a link in memory, in the shape of WebSockets: ordered, asynchronous, can be cut, stalled and watched. */
import type { SocketLike } from '../src/types.ts';

export interface MemorySocket extends SocketLike {
  /** Everything this end sent, in order. */
  readonly sent: Uint8Array[];
}

export interface MemoryLink {
  readonly client: MemorySocket;
  readonly server: MemorySocket;
  /** Both ends see an abnormal close; what was under way is lost. */
  cut(): void;
  /** Nothing arrives any more and nobody is told. */
  freeze(): void;
}

export function connectMemorySockets(): MemoryLink {
  let alive = true;
  let frozen = false;
  const make = (other: () => MemorySocket): MemorySocket => {
    let buffered = 0;
    const socket: MemorySocket = {
      binaryType: 'arraybuffer',
      sent: [],
      get bufferedAmount() {
        return buffered;
      },
      send(data) {
        if (!alive) return;
        const copy = data.slice();
        socket.sent.push(copy);
        buffered += copy.length;
        setImmediate(() => {
          if (frozen) return;
          buffered -= copy.length;
          if (alive) other().onmessage?.({ data: copy.buffer });
        });
      },
      close(code = 1000, reason = '') {
        if (!alive || frozen) return;
        setImmediate(() => {
          if (!alive) return;
          alive = false;
          client.onclose?.({ code, reason });
          server.onclose?.({ code, reason });
        });
      },
      onopen: null,
      onmessage: null,
      onclose: null,
      onerror: null,
    };
    return socket;
  };
  const client: MemorySocket = make(() => server);
  const server: MemorySocket = make(() => client);
  setImmediate(() => client.onopen?.());
  return {
    client,
    server,
    cut() {
      if (!alive) return;
      alive = false;
      client.onclose?.({ code: 1006, reason: '' });
      server.onclose?.({ code: 1006, reason: '' });
    },
    freeze() {
      frozen = true;
    },
  };
}

/** Waits until `done` holds, looking after every turn of the event loop. */
export async function until(done: () => boolean, what: string, ms = 3000): Promise<void> {
  const end = performance.now() + ms;
  while (!done()) {
    if (performance.now() > end) throw new Error(`waited in vain: ${what}`);
    await new Promise((resume) => setTimeout(resume, 1));
  }
}
