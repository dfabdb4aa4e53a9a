/** The one router: the domain's procedures and those that join modules with adapters (files in and out). */
import { appRouter, mergeRouters } from '@fieldfare/domain';
import { exportsRouter } from './exports-router.ts';
import { importsRouter } from './imports-router.ts';

export const workspaceRouter = mergeRouters(appRouter, importsRouter, exportsRouter);
export type WorkspaceRouter = typeof workspaceRouter;
