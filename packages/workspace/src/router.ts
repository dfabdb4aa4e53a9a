/** The one router: the domain's procedures and those that join modules with adapters (imports). */
import { appRouter, mergeRouters } from '@fieldfare/domain';
import { importsRouter } from './imports-router.ts';

export const workspaceRouter = mergeRouters(appRouter, importsRouter);
export type WorkspaceRouter = typeof workspaceRouter;
