/**
 * What the screens ask for, as a port: the worker's tRPC client answers it in the app, a fixture in the bench.
 * One-shot calls never throw: a failure is a `Problem`. Feeds end with `onProblem`.
 */
import type {
  AcceptedPlacement,
  AlongPlace,
  AutoAssignEvent,
  BlockedCarers,
  BoardEvent,
  BoardViolation,
  Candidate,
  CellFeasibility,
  HistoryState,
  NoMatch,
  Onlooker,
  Proposal,
  ProposedPlacement,
  Publication,
  ReplanProposal,
  RulesInput,
  RulesView,
  ScenariosEvent,
  TitledReport,
  WeekChange,
} from '@fieldfare/domain';
import type { IsoWeek, LocalDate, LocalTime, Problem, Result } from '@fieldfare/kernel';
import type { SyncStatus } from '@fieldfare/sync';

export interface Scope {
  readonly regionId: string;
  readonly week: IsoWeek;
}

export interface OrgView {
  readonly organisation: { readonly name: string; readonly synthetic: boolean };
  readonly regions: readonly {
    readonly id: string;
    readonly name: string;
    readonly zone: string;
    readonly lat: number;
    readonly lng: number;
  }[];
  readonly serviceTypes: readonly { readonly code: string; readonly name: string; readonly colour: string }[];
}

export interface Placement {
  readonly visitId: string;
  readonly staffId: string;
  readonly date: LocalDate;
  readonly start: LocalTime;
  readonly basedOn?: string;
  /** Half a pair moves without the other half. */
  readonly alone?: boolean;
}

/** What came of a move or an edit. */
export interface Outcome {
  /** Where the other half of a pair went with it; null: nowhere. */
  readonly along: AlongPlace | null;
  readonly warnings: readonly BoardViolation[];
}

/** What was proposed: a plan for the tray, one plan of several, or a way to place one visit that nobody could take. */
export type Origin = 'proposal' | 'scenario' | 'relaxation';

export interface Acceptance {
  readonly proposalId: string;
  readonly origin: Origin;
  readonly placements: readonly AcceptedPlacement[];
  /** What was on screen, and what of it was left out. */
  readonly shown?: PlanShown & {
    readonly leftOut: readonly Omit<Placement, 'basedOn'>[];
    /** Plans that stood beside it. */
    readonly others: readonly (PlanShown & { readonly proposalId: string })[];
  };
}

export interface PlanShown {
  readonly offered: number;
  readonly before: Proposal['components']['before'];
  readonly after: Proposal['components']['after'];
}

export const shownOf = ({ placements, components }: Proposal): PlanShown => ({
  offered: placements.length,
  before: components.before,
  after: components.after,
});

export interface VisitEdit {
  readonly start?: LocalTime;
  readonly minutes?: number;
  readonly windowFrom?: LocalTime;
  readonly windowTo?: LocalTime;
  readonly note?: string;
  readonly priority?: 'routine' | 'high' | 'urgent';
}

export interface Feed<T> {
  readonly onData: (value: T) => void;
  readonly onProblem: (problems: readonly [Problem, ...Problem[]]) => void;
  readonly onEnd?: () => void;
}
type Stop = () => void;

export interface WorkSource {
  org(): Promise<Result<OrgView>>;
  board(scope: Scope, feed: Feed<BoardEvent>): Stop;
  sync(feed: Feed<SyncStatus>): Stop;
  /** The link and every part of the data, at this moment. */
  syncReport(): Promise<Result<TitledReport>>;
  retryNow(): Promise<Result<void>>;
  /** Colleagues who have the week open. */
  onlookers(scope: Scope, feed: Feed<readonly Onlooker[]>): Stop;
  /** Tells colleagues what is looked at here; `away`: the week is no longer open. */
  look(scope: Scope, at: { readonly visitId: string | null } | 'away'): void;
  history(feed: Feed<HistoryState>): Stop;
  undo(): Promise<Result<{ readonly label: string }>>;
  redo(): Promise<Result<{ readonly label: string }>>;
  planWeek(scope: Scope): Promise<Result<{ readonly created: number }>>;
  assign(scope: Scope, placement: Placement): Promise<Result<Outcome>>;
  unassign(scope: Scope, visitId: string): Promise<Result<void>>;
  updateVisit(scope: Scope, visitId: string, set: VisitEdit): Promise<Result<Outcome>>;
  cancelVisit(scope: Scope, visitId: string): Promise<Result<void>>;
  pin(scope: Scope, visitId: string, pinned: boolean): Promise<Result<void>>;
  /** `alone`: of half a pair without the other half. */
  feasibility(scope: Scope, visitId: string, alone: boolean): Promise<Result<readonly CellFeasibility[]>>;
  suggest(scope: Scope, visitId: string): Promise<Result<readonly Candidate[]>>;
  /** Why nobody can take it, and what would have to give way. */
  noMatch(scope: Scope, visitId: string): Promise<Result<NoMatch>>;
  /** `longer`: three times as long as usual. */
  autoAssign(
    scope: Scope,
    run: { readonly runId: string; readonly longer: boolean },
    feed: Feed<AutoAssignEvent>,
  ): Stop;
  /** The run ends with the best proposal so far. */
  finishAutoAssign(scope: Scope, runId: string): Promise<Result<void>>;
  /** Plans of the week with different aims, one after the other. */
  scenarios(
    scope: Scope,
    options: { readonly runId: string; readonly mayMove: boolean },
    feed: Feed<ScenariosEvent>,
  ): Stop;
  /** The run ends with the plans so far. */
  finishScenarios(scope: Scope, runId: string): Promise<Result<void>>;
  /** All of it or none. */
  accept(scope: Scope, acceptance: Acceptance): Promise<Result<{ readonly accepted: number }>>;
  /** Says that a plan that was shown is not wanted. */
  dropProposal(scope: Scope, proposalId: string, origin: Origin, shown: PlanShown): void;
  /** What is news to carers since they were last told. */
  publication(scope: Scope): Promise<Result<Publication>>;
  /** Tells them what `publication` showed under this key. */
  publish(scope: Scope, key: string): Promise<Result<{ readonly carers: number; readonly visits: number }>>;
  /** How the week could go on after something happened. */
  replan(scope: Scope, change: WeekChange): Promise<Result<ReplanProposal>>;
  /** Says that it is not wanted. */
  dropReplan(scope: Scope, change: WeekChange, proposal: ReplanProposal): void;
  acceptReplan(
    scope: Scope,
    change: WeekChange,
    proposal: ReplanProposal,
  ): Promise<Result<{ readonly placed: number; readonly waiting: number }>>;
  /** Every patient of the region who receives care, by name. */
  patients(regionId: string): Promise<Result<readonly { readonly id: string; readonly name: string }[]>>;
  /** Carers who must not meet a patient. */
  blockedCarers(regionId: string, patientId: string): Promise<Result<BlockedCarers>>;
  blockCarer(regionId: string, patientId: string, staffId: string, reason: string): Promise<Result<void>>;
  freeCarer(regionId: string, patientId: string, staffId: string): Promise<Result<void>>;
  /** How strictly the organisation holds to each scheduling rule. */
  rules(): Promise<Result<RulesView>>;
  saveRules(input: RulesInput): Promise<Result<{ readonly changed: number }>>;
  resolveConflict(scope: Scope, conflictId: string, choice: string, reason: string): Promise<Result<void>>;
}

export const asPlacement = (one: ProposedPlacement): AcceptedPlacement => ({
  visitId: one.visitId,
  staffId: one.staffId,
  date: one.date,
  start: one.start,
  basedOn: one.basedOn,
});
