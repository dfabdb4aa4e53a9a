/** `WorkSource` over the worker's router. */
import type { WeekChange } from '@fieldfare/domain';
import type { WorkspaceClient } from '@fieldfare/workspace/client';
import { asPlacement, type Feed, shownOf, type WorkSource } from '../board/source.ts';
import { attempt, problemsOf } from '../lib/problems.ts';

interface Subscription {
  unsubscribe(): void;
}

/** A feed's callbacks as tRPC takes them. */
const callbacks = <T>({ onData, onProblem, onEnd }: Feed<T>) => ({
  onData,
  onError: (error: unknown) => onProblem(problemsOf(error)),
  ...(onEnd ? { onComplete: onEnd } : {}),
});

/** The router's input is mutable. */
const asInput = (change: WeekChange) => (change.kind === 'urgent' ? { ...change, dates: [...change.dates] } : change);

const stopping = (subscription: Subscription) => (): void => subscription.unsubscribe();

export function createWorkSource(client: WorkspaceClient): WorkSource {
  const { scheduling, scenarios, history, sync, orgs, patients } = client;
  const nothing = async (run: Promise<unknown>): Promise<void> => {
    await run;
  };
  return {
    org: () =>
      attempt(async () => {
        const { organisation, regions, serviceTypes } = await orgs.current.query();
        return {
          organisation: organisation ?? { name: 'First sync under way', synthetic: false },
          regions,
          serviceTypes,
        };
      }),
    board: (scope, feed) => stopping(scheduling.board.subscribe(scope, callbacks(feed))),
    sync: (feed) => stopping(sync.status.subscribe(undefined, callbacks(feed))),
    syncReport: () => attempt(() => sync.report.query()),
    onlookers: (scope, feed) => stopping(scheduling.onlookers.subscribe(scope, callbacks(feed))),
    look(scope, at) {
      scheduling.look.mutate({ ...scope, at }).catch(() => {}); // a courtesy: without it, colleagues see less
    },
    retryNow: () => attempt(() => nothing(sync.retryNow.mutate())),
    history: (feed) => stopping(history.state.subscribe(undefined, callbacks(feed))),
    undo: () => attempt(() => history.undo.mutate()),
    redo: () => attempt(() => history.redo.mutate()),
    planWeek: (scope) => attempt(() => scheduling.planWeek.mutate(scope)),
    assign: (scope, placement) => attempt(() => scheduling.assign.mutate({ ...scope, ...placement })),
    unassign: (scope, visitId) => attempt(() => nothing(scheduling.unassign.mutate({ ...scope, visitId }))),
    updateVisit: (scope, visitId, set) => attempt(() => scheduling.updateVisit.mutate({ ...scope, visitId, set })),
    cancelVisit: (scope, visitId) => attempt(() => nothing(scheduling.cancelVisit.mutate({ ...scope, visitId }))),
    pin: (scope, visitId, pinned) => attempt(() => nothing(scheduling.pin.mutate({ ...scope, visitId, pinned }))),
    feasibility: (scope, visitId, alone) => attempt(() => scheduling.feasibility.query({ ...scope, visitId, alone })),
    suggest: (scope, visitId) => attempt(() => scheduling.suggest.query({ ...scope, visitId })),
    noMatch: (scope, visitId) => attempt(() => scheduling.noMatch.query({ ...scope, visitId })),
    autoAssign: (scope, run, feed) => stopping(scheduling.autoAssign.subscribe({ ...scope, ...run }, callbacks(feed))),
    finishAutoAssign: (scope, runId) => attempt(() => nothing(scheduling.finishAutoAssign.mutate({ ...scope, runId }))),
    scenarios: (scope, options, feed) => stopping(scenarios.run.subscribe({ ...scope, ...options }, callbacks(feed))),
    finishScenarios: (scope, runId) => attempt(() => nothing(scenarios.finish.mutate({ ...scope, runId }))),
    accept: (scope, { placements, shown, ...acceptance }) =>
      attempt(() =>
        scheduling.accept.mutate({
          ...scope,
          ...acceptance,
          placements: [...placements],
          ...(shown ? { shown: { ...shown, leftOut: [...shown.leftOut], others: [...shown.others] } } : {}),
        }),
      ),
    dropProposal(scope, proposalId, origin, shown) {
      scheduling.dropProposal.mutate({ ...scope, proposalId, origin, shown }).catch(() => {}); // evidence, no more
    },
    publication: (scope) => attempt(() => scheduling.publication.query(scope)),
    publish: (scope, key) => attempt(() => scheduling.publish.mutate({ ...scope, key })),
    replan: (scope, change) => attempt(() => scheduling.replan.query({ ...scope, change: asInput(change) })),
    dropReplan(scope, { kind: change }, { proposal }) {
      const { id: proposalId } = proposal;
      scheduling.dropProposal
        .mutate({ ...scope, proposalId, origin: 'proposal', shown: shownOf(proposal), change })
        .catch(() => {}); // evidence, no more
    },
    acceptReplan: (scope, change, { token, proposal }) =>
      attempt(() =>
        scheduling.acceptReplan.mutate({
          ...scope,
          change: asInput(change),
          token,
          proposalId: proposal.id,
          shown: shownOf(proposal),
          placements: proposal.placements.map(asPlacement),
        }),
      ),
    patients: (regionId) =>
      attempt(async () =>
        (await patients.list.query({ regionId }))
          .filter(({ status }) => status !== 'discharged')
          .map(({ id, givenName, familyName }) => ({ id, name: `${givenName} ${familyName}` })),
      ),
    blockedCarers: (regionId, patientId) => attempt(() => scheduling.blockedCarers.query({ regionId, patientId })),
    blockCarer: (regionId, patientId, staffId, reason) =>
      attempt(() => nothing(scheduling.blockCarer.mutate({ regionId, patientId, staffId, reason }))),
    freeCarer: (regionId, patientId, staffId) =>
      attempt(() => nothing(scheduling.freeCarer.mutate({ regionId, patientId, staffId }))),
    rules: () => attempt(() => scheduling.rules.query()),
    saveRules: ({ rules, services }) =>
      attempt(() => scheduling.saveRules.mutate({ rules: [...rules], services: [...services] })),
    resolveConflict: (scope, conflictId, choice, reason) =>
      attempt(() => nothing(scheduling.resolveConflict.mutate({ ...scope, conflictId, choice, reason }))),
  };
}
