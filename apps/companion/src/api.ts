/** The typed client: queries, mutations and subscriptions (server-sent events) of the one router, over HTTP. */
import { problem } from '@fieldfare/kernel';
import type { WorkspaceRouter } from '@fieldfare/workspace';
import {
  createTRPCClient,
  httpLink,
  httpSubscriptionLink,
  splitLink,
  type TRPCClient,
  TRPCClientError,
} from '@trpc/client';
import { EventSource } from 'eventsource';
import { problemsOf, refuse } from './exit.ts';
import type { Host } from './host.ts';
import type { TokenSource } from './session.ts';

type ApiClient = TRPCClient<WorkspaceRouter>;

export interface Api {
  /** Calls once; once more with a fresh token when the first was refused. */
  call<T>(work: (client: ApiClient) => Promise<T>): Promise<T>;
  readonly client: ApiClient;
}

export function createApi(host: Host, server: string, token: TokenSource): Api {
  const url = `${server}/trpc`;
  const authorised = async (input: string | URL | Request, init?: RequestInit): Promise<Response> => {
    const headers = new Headers(init?.headers);
    headers.set('authorization', `Bearer ${await token()}`);
    return host.fetch(input, { ...init, headers, redirect: 'error' });
  };
  const client = createTRPCClient<WorkspaceRouter>({
    links: [
      splitLink({
        condition: ({ type }) => type === 'subscription',
        true: httpSubscriptionLink({
          url,
          EventSource,
          eventSourceOptions: {
            fetch: (address: string | URL, init: RequestInit) => authorised(address, init),
          },
        }),
        false: httpLink({ url, fetch: (address, init) => authorised(address, init as RequestInit) }),
      }),
    ],
  });
  return {
    client,
    async call(work) {
      try {
        return await work(client);
      } catch (error) {
        const refused = error instanceof TRPCClientError && problemsOf(error)?.[0].code === 'unauthenticated';
        if (!refused) throw error;
        await token(true);
        return work(client);
      }
    },
  };
}

/**
 * Runs a subscription until `until` says that an event is the last. It does not reconnect: what the server computes
 * for one caller cannot be resumed by another connection.
 */
export function follow<Event>(
  host: Host,
  subscribe: (handlers: {
    readonly onData: (event: Event) => void;
    readonly onError: (error: unknown) => void;
    readonly onComplete: () => void;
    readonly onConnectionStateChange: (state: { readonly state: string; readonly error?: unknown }) => void;
  }) => { unsubscribe(): void },
  until: (event: Event) => boolean,
): Promise<void> {
  return new Promise((resolve, reject) => {
    let connected = false;
    let subscription: { unsubscribe(): void } | null = null;
    let ended = false;
    const end = (settle: () => void): void => {
      if (ended) return; // unsubscribing completes the subscription, which ends here again
      ended = true;
      host.interrupted.removeEventListener('abort', interrupt);
      settle();
      subscription?.unsubscribe();
    };
    const interrupt = (): void => end(() => reject(new DOMException('interrupted', 'AbortError')));
    const broken = problem('offline', 'the connection to the server broke before the answer was there', {
      rule: 'CLI-REACH',
    });
    host.interrupted.addEventListener('abort', interrupt);
    subscription = subscribe({
      onData(event) {
        connected = true;
        if (until(event)) end(resolve);
      },
      onError: (error) => end(() => reject(error)),
      onComplete: () => end(() => reject(refuse(broken))),
      onConnectionStateChange({ state, error }) {
        if (state === 'connecting' && (error || connected)) end(() => reject(error ?? refuse(broken)));
      },
    });
  });
}
