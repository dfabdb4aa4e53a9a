/**
 * Everything one open week does, without React: feeds, the visit in hand, the panel beside the board, and the actions
 * a person takes. Each action says its outcome to screen readers, and in a notice when something needs a look.
 */
import type { BoardVisit, HistoryState, Onlooker, Relaxed } from '@fieldfare/domain';
import type { LocalDate, LocalTime, Problem, Result } from '@fieldfare/kernel';
import { problem } from '@fieldfare/kernel';
import { plural, shortDate } from '../lib/format.ts';
import { createObservable, type Observable } from '../lib/observable.ts';
import { problemsText } from '../lib/problems.ts';
import { type AutoAssign, createAutoAssign } from './auto-assign.ts';
import { type BoardStore, createBoardStore } from './board-store.ts';
import { alongSentence, type Carried, type Carry, createCarry } from './carry.ts';
import { createPlans, type Plans } from './plans.ts';
import type { Scope, VisitEdit, WorkSource } from './source.ts';

export type Panel =
  | { readonly kind: 'tray' }
  | { readonly kind: 'visit'; readonly visitId: string }
  | { readonly kind: 'conflicts'; readonly conflictId: string | null }
  | { readonly kind: 'proposal' };

export interface UiState {
  readonly panel: Panel;
  /** On narrow screens the panel lies over the board only when asked for. */
  readonly panelOpen: boolean;
  readonly selectedVisitId: string | null;
  /** Visit of the "Move to…" dialog. */
  readonly moving: string | null;
  /** The "Publish the week" dialog is open. */
  readonly publishing: boolean;
  /** The "Something happened" dialog is open: for this carer, or for nobody yet (''). */
  readonly replanning: string | null;
  /** The "Compare plans" dialog is open. */
  readonly comparing: boolean;
}

export interface Notice {
  readonly tone: 'info' | 'good' | 'warn' | 'bad';
  readonly title: string;
  readonly message?: string;
}

export interface BoardController {
  readonly scope: Scope;
  readonly source: WorkSource;
  readonly store: BoardStore;
  readonly carry: Carry;
  readonly auto: AutoAssign;
  readonly plans: Plans;
  readonly ui: Observable<UiState>;
  readonly history: Observable<HistoryState>;
  readonly onlookers: Observable<readonly Onlooker[]>;
  /** Last thing said to screen readers. */
  readonly said: Observable<string>;
  writable(): boolean;
  openVisit(visitId: string): void;
  showPanel(panel: Panel): void;
  closePanel(): void;
  togglePanel(): void;
  askMove(visitId: string | null): void;
  /** `alone`: of half a pair without the other half. */
  assign(visit: BoardVisit, staffId: string, date: LocalDate, start: LocalTime, alone: boolean): Promise<boolean>;
  /** Puts down what is carried on a cell, at the start that suits it best. */
  dropOn(carried: Carried, staffId: string, date: LocalDate): Promise<boolean>;
  unassign(visit: BoardVisit): Promise<boolean>;
  edit(visit: BoardVisit, set: VisitEdit, label: string): Promise<boolean>;
  /** Places a visit that nobody could take, with what has to give way for it. */
  relax(visit: BoardVisit, way: Relaxed): Promise<boolean>;
  pin(visit: BoardVisit, pinned: boolean): Promise<boolean>;
  cancel(visit: BoardVisit): Promise<boolean>;
  resolve(conflictId: string, choice: string, reason: string): Promise<boolean>;
  planWeek(): Promise<boolean>;
  askPublish(open: boolean): void;
  /** See `UiState.replanning`. */
  askReplan(staffId: string | null): void;
  /** Opening works plans out; closing stops the work and forgets them. */
  askPlans(open: boolean): void;
  /** Null: published. Else why not. */
  publish(key: string): Promise<readonly Problem[] | null>;
  accept(): Promise<boolean>;
  undo(): Promise<void>;
  redo(): Promise<void>;
  /** Scrolls the board to a visit and focuses it; set by the board when it is on screen. */
  reveal: { current: ((visitId: string) => void) | null };
  /** The same for a lane and day. */
  revealCell: { current: ((staffId: string, date: LocalDate) => void) | null };
  start(): () => void;
}

export function createBoardController(deps: {
  readonly scope: Scope;
  readonly source: WorkSource;
  readonly notify: (notice: Notice) => void;
  readonly panelOpen: boolean;
}): BoardController {
  const { scope, source, notify } = deps;
  const store = createBoardStore();
  const ui = createObservable<UiState>({
    panel: { kind: 'tray' },
    panelOpen: deps.panelOpen,
    selectedVisitId: null,
    moving: null,
    publishing: false,
    replanning: null,
    comparing: false,
  });
  const history = createObservable<HistoryState>({ undo: null, redo: null });
  const onlookers = createObservable<readonly Onlooker[]>([]);
  const said = createObservable('');
  const auto = createAutoAssign({ source, scope, store });
  const plans = createPlans({ source, scope });
  const carry = createCarry({
    dates: () => store.board()?.days.map((day) => day.date) ?? [],
    judge: (visitId, alone) => source.feasibility(scope, visitId, alone),
  });
  const reveal: BoardController['reveal'] = { current: null };
  const revealCell: BoardController['revealCell'] = { current: null };

  const say = (text: string): void => said.set((old) => (old === text ? `${text} ` : text));
  const nameOf = (staffId: string): string => store.lane(staffId)?.lane.name ?? 'this carer';
  const writable = (): boolean => store.board()?.writable ?? false;

  function refuse(title: string, problems: readonly Problem[]): false {
    const message = problemsText(problems);
    notify({ tone: problems[0]?.code === 'cancelled' ? 'info' : 'bad', title, message });
    say(`${title}. ${message}`);
    return false;
  }

  async function done(title: string, run: Promise<Result<unknown>>, outcome: string): Promise<boolean> {
    const result = await run;
    if (!result.ok) return refuse(title, result.problems);
    say(outcome);
    return true;
  }

  const assign: BoardController['assign'] = async (visit, staffId, date, start, alone) => {
    const input = { visitId: visit.id, staffId, date, start, basedOn: visit.stamp, alone };
    const result = await source.assign(scope, input);
    if (!result.ok) return refuse(`${visit.patientName} was not moved`, result.problems);
    const place = `${nameOf(staffId)}, ${shortDate(date)} at ${start}`;
    const warnings = result.value.warnings.map((warning) => warning.message);
    const along = alongSentence(visit, result.value.along);
    if (warnings.length > 0 || along !== null) {
      const title = `${visit.patientName} → ${place}`;
      notify({
        tone: warnings.length > 0 ? 'warn' : 'info',
        title,
        message: [...(along ? [along] : []), ...warnings].join(' · '),
      });
    }
    const note = warnings.length > 0 ? ` Note: ${warnings.join('; ')}.` : '';
    say(`${visit.patientName} assigned to ${place}.${along ? ` ${along}.` : ''}${note}`);
    return true;
  };

  function tellWhatIsLookedAt(): () => void {
    let told: string | null | undefined;
    const tell = (): void => {
      const { panel } = ui.get();
      const visitId = panel.kind === 'visit' ? panel.visitId : null;
      if (visitId !== told) source.look(scope, { visitId });
      told = visitId;
    };
    tell();
    const stop = ui.subscribe(tell);
    return () => {
      stop();
      source.look(scope, 'away');
    };
  }

  async function travelTime(step: 'undo' | 'redo'): Promise<void> {
    const word = step === 'undo' ? 'Undone' : 'Done again';
    const result = await source[step]();
    if (!result.ok) {
      refuse(step === 'undo' ? 'Could not undo' : 'Could not redo', result.problems);
      return;
    }
    notify({ tone: 'info', title: `${word}: ${result.value.label}` });
    say(`${word}: ${result.value.label}`);
  }

  return {
    scope,
    source,
    store,
    carry,
    auto,
    plans,
    ui,
    history,
    onlookers,
    said,
    reveal,
    revealCell,
    writable,
    openVisit: (visitId) =>
      ui.set((old) => ({ ...old, panel: { kind: 'visit', visitId }, panelOpen: true, selectedVisitId: visitId })),
    showPanel: (panel) =>
      ui.set((old) => ({
        ...old,
        panel,
        panelOpen: true,
        selectedVisitId: panel.kind === 'visit' ? panel.visitId : null,
      })),
    closePanel: () =>
      ui.set((old) =>
        old.panel.kind === 'tray'
          ? { ...old, panelOpen: false, selectedVisitId: null }
          : { ...old, panel: { kind: 'tray' }, panelOpen: deps.panelOpen, selectedVisitId: null },
      ),
    togglePanel: () => ui.set((old) => ({ ...old, panelOpen: !old.panelOpen })),
    askMove: (moving) => ui.set((old) => ({ ...old, moving })),
    assign,
    async dropOn(carried, staffId, date) {
      const visit = store.visit(carried.visit.id) ?? carried.visit;
      if (visit.staffId === staffId && visit.date === date) return true;
      const judgedAt = carry.at(staffId, date);
      // The verdicts may still be on their way when somebody flings a card.
      if (!judgedAt) {
        const judged = await carried.judged;
        if (!judged.ok) return refuse(`${visit.patientName} was not moved`, judged.problems);
      }
      const found = judgedAt ?? carry.at(staffId, date);
      if (!found) {
        return refuse(`${visit.patientName} was not moved`, [problem('invalid', 'this place could not be checked')]);
      }
      const { cell, fit } = found;
      if (fit === 'blocked' || cell.start === null) {
        const why = cell.violations.filter((violation) => violation.severity === 'block');
        const reasons = (why.length > 0 ? why : cell.violations).map((violation) =>
          problem('conflict', violation.message, { rule: violation.rule }),
        );
        const none = problem('conflict', 'no start that day fits the visit');
        return refuse(`Not possible: ${nameOf(staffId)}, ${shortDate(date)}`, reasons.length > 0 ? reasons : [none]);
      }
      return assign(visit, staffId, date, cell.start, carried.alone);
    },
    async unassign(visit) {
      if (visit.staffId === null) return true;
      return done(
        `${visit.patientName} was not unassigned`,
        source.unassign(scope, visit.id),
        `${visit.patientName} is back in the unscheduled list.`,
      );
    },
    async edit(visit, set, label) {
      const result = await source.updateVisit(scope, visit.id, set);
      if (!result.ok) return refuse(`${label} was not saved`, result.problems);
      const along = alongSentence(visit, result.value.along);
      const told = [...(along ? [along] : []), ...result.value.warnings.map(({ message }) => message)];
      if (told.length > 0) {
        const tone = result.value.warnings.length > 0 ? 'warn' : 'info';
        notify({ tone, title: `${label} saved`, message: told.join(' · ') });
      }
      say([`${label} saved.`, ...told.map((sentence) => `${sentence}.`)].join(' '));
      return true;
    },
    async relax(visit, way) {
      const { placements } = way;
      const result = await source.accept(scope, { proposalId: visit.id, origin: 'relaxation', placements });
      if (!result.ok) return refuse(`${visit.patientName} was not placed`, result.problems);
      const place = `${way.staffName}, ${shortDate(way.date)} at ${way.start}`;
      notify({
        tone: 'good',
        title: `${visit.patientName} → ${place}`,
        message: `${way.title}. Undo takes it all back.`,
      });
      say(`${visit.patientName} assigned to ${place}. ${way.title}.`);
      return true;
    },
    pin: (visit, pinned) =>
      done(
        'The pin was not changed',
        source.pin(scope, visit.id, pinned),
        pinned ? `${visit.patientName} is pinned: auto-assign leaves this visit alone.` : 'Unpinned.',
      ),
    async cancel(visit) {
      const finished = await done(
        'The visit was not cancelled',
        source.cancelVisit(scope, visit.id),
        `The visit to ${visit.patientName} is cancelled.`,
      );
      if (finished) ui.set((old) => ({ ...old, panel: { kind: 'tray' }, selectedVisitId: null }));
      return finished;
    },
    resolve: (conflictId, choice, reason) =>
      done(
        'The conflict was not resolved',
        source.resolveConflict(scope, conflictId, choice, reason),
        'Conflict resolved.',
      ),
    async planWeek() {
      const result = await source.planWeek(scope);
      if (!result.ok) return refuse('The week was not planned', result.problems);
      const outcome =
        result.value.created === 0
          ? 'No new visits: the week already has every visit its requirements ask for.'
          : `${plural(result.value.created, 'visit')} added to the unscheduled list.`;
      notify({ tone: result.value.created === 0 ? 'info' : 'good', title: outcome });
      say(outcome);
      return true;
    },
    askPlans(comparing) {
      if (comparing) plans.start(plans.state.get().mayMove);
      else plans.drop();
      ui.set((old) => ({ ...old, comparing }));
    },
    askReplan: (replanning) => ui.set((old) => ({ ...old, replanning })),
    askPublish: (publishing) => ui.set((old) => ({ ...old, publishing })),
    async publish(key) {
      const result = await source.publish(scope, key);
      if (!result.ok) return result.problems;
      const { carers, visits } = result.value;
      const outcome = `${plural(visits, 'change')} published to ${plural(carers, 'carer')}.`;
      notify({ tone: 'good', title: outcome });
      say(outcome);
      return null;
    },
    async accept() {
      const accepted = await auto.accept();
      if (accepted === null) {
        const now = auto.state.get();
        if (now.phase === 'proposal' && now.refused.length > 0) say(`Not accepted. ${problemsText(now.refused)}`);
        return false;
      }
      ui.set((old) => ({ ...old, panel: { kind: 'tray' } }));
      notify({ tone: 'good', title: `${plural(accepted, 'visit')} assigned`, message: 'Undo takes them all back.' });
      say(`${plural(accepted, 'visit')} assigned.`);
      return true;
    },
    undo: () => travelTime('undo'),
    redo: () => travelTime('redo'),
    start() {
      const stops = [
        source.board(scope, { onData: store.apply, onProblem: store.fail }),
        source.history({ onData: history.set, onProblem: () => {} }),
        source.onlookers(scope, { onData: onlookers.set, onProblem: () => onlookers.set([]) }),
        tellWhatIsLookedAt(),
      ];
      return () => {
        for (const stop of stops) stop();
        auto.dispose();
        plans.drop();
        carry.end();
      };
    },
  };
}
