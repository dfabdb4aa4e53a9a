/** What is open for each session (sockets, streams), so that ending a session closes all of it at once. */
export interface LiveSessions {
  /** Returns how to forget it again. */
  add(sessionId: string, close: () => void): () => void;
  end(sessionId: string): void;
}

export function createLiveSessions(): LiveSessions {
  const open = new Map<string, Set<() => void>>();
  return {
    add(sessionId, close) {
      const closers = open.get(sessionId) ?? new Set();
      open.set(sessionId, closers.add(close));
      return () => {
        closers.delete(close);
        if (closers.size === 0 && open.get(sessionId) === closers) open.delete(sessionId);
      };
    },
    end(sessionId) {
      const closers = open.get(sessionId);
      open.delete(sessionId);
      for (const close of closers ?? []) close();
    },
  };
}
