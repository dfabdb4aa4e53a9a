/** The page's side: a typed tRPC client whose transport is the worker. */
import { createTRPCClient, type TRPCClient, TRPCClientError, type TRPCLink } from '@trpc/client';
import { observable } from '@trpc/server/observable';
import type { WorkspaceRouter } from './router.ts';
import { mark } from './timeline.ts';
import type { RequestOp, WireError, WireEvent, WorkspaceHost } from './worker-api.ts';

export type WorkspaceClient = TRPCClient<WorkspaceRouter>;

/** What the client needs of the host; comlink's `Remote<WorkspaceHost>` has it. */
export interface RequestPort {
  request: (...args: Parameters<WorkspaceHost['request']>) => ReturnType<WorkspaceHost['request']>;
  subscribe: (op: RequestOp, port: MessagePort) => Promise<void>;
}

const clientError = (error: WireError): TRPCClientError<WorkspaceRouter> => TRPCClientError.from({ error } as never);

function workerLink(port: RequestPort, transferPort: (port: MessagePort) => MessagePort): TRPCLink<WorkspaceRouter> {
  return () =>
    ({ op }) =>
      observable((observer) => {
        const request: RequestOp = { type: op.type, path: op.path, input: op.input };
        if (op.type !== 'subscription') {
          const asked = performance.now();
          port.request(request).then(
            (result) => {
              if (!result.ok) return observer.error(clientError(result.error));
              observer.next({ result: { type: 'data', data: result.data } });
              observer.complete();
              if (op.type === 'mutation') mark(op.path, asked);
            },
            (cause: unknown) => observer.error(TRPCClientError.from(cause as Error)),
          );
          return () => {};
        }
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = ({ data }: MessageEvent<WireEvent>) => {
          if (data.type === 'data') observer.next({ result: { type: 'data', data: data.data } });
          else if (data.type === 'end') observer.complete();
          else observer.error(clientError(data.error));
        };
        observer.next({ result: { type: 'started' } });
        port
          .subscribe(request, transferPort(port2))
          .catch((cause: unknown) => observer.error(TRPCClientError.from(cause as Error)));
        return () => {
          port1.postMessage('stop');
          port1.close();
        };
      });
}

/** `transferPort`: comlink's `transfer(port, [port])`, so that the port moves instead of being cloned. */
export function createWorkerClient(
  port: RequestPort,
  transferPort: (port: MessagePort) => MessagePort,
): WorkspaceClient {
  return createTRPCClient<WorkspaceRouter>({ links: [workerLink(port, transferPort)] });
}
