/** What the care plan screens ask for, answered by the worker's router. Calls never throw: a failure is a `Problem`. */
import type {
  DeliveryView,
  EffectView,
  LineInput,
  MatrixNames,
  PlanSummary,
  PlanView,
  ProposalView,
  ReviewView,
  SettingEffectEvent,
  StreamView,
} from '@fieldfare/domain';
import type { LocalDate, Problem, Result } from '@fieldfare/kernel';
import type { WorkspaceClient } from '@fieldfare/workspace/client';
import { attempt } from '../lib/problems.ts';
import type { Callbacks } from '../lib/use-feed.ts';

export interface PatientScope {
  readonly regionId: string;
  readonly patientId: string;
}

export interface SignScope {
  readonly planId: string;
  readonly startsOn: LocalDate;
  readonly beside: readonly string[];
}

export type SettingKind = 'matrix' | 'axes' | 'rates';

export interface Settings {
  readonly writable: boolean;
  readonly passedOver: number;
  readonly streams: readonly StreamView[];
  readonly names: MatrixNames;
  readonly kinds: readonly {
    readonly kind: SettingKind;
    readonly content: string;
    readonly adoptedAt: string | null;
    readonly note: string;
  }[];
}

export interface CareSource {
  settings(): Promise<Result<Settings>>;
  /** Everything wrong with a version; empty when it could be adopted. */
  checkSetting(kind: SettingKind, content: string): Promise<Result<readonly Problem[]>>;
  /** What a version would mean for the region's patients. */
  settingEffect(kind: SettingKind, content: string, callbacks: Callbacks<SettingEffectEvent>): { unsubscribe(): void };
  adoptSetting(kind: SettingKind, content: string, note: string): Promise<Result<{ readonly version: string }>>;
  propose(streamId: string): Promise<Result<ProposalView>>;
  choose(streamId: string, axis: string): Promise<Result<{ readonly planId: string }>>;
  plans(): Promise<Result<readonly PlanSummary[]>>;
  plan(planId: string): Promise<Result<PlanView>>;
  review(planId: string, lines: readonly LineInput[], reason: string): Promise<Result<ReviewView>>;
  save(planId: string, lines: readonly LineInput[], reason: string): Promise<Result<unknown>>;
  revise(planId: string): Promise<Result<{ readonly planId: string }>>;
  discard(planId: string): Promise<Result<unknown>>;
  effect(scope: SignScope): Promise<Result<EffectView>>;
  sign(scope: SignScope, token: string): Promise<Result<{ readonly planned: number; readonly cancelled: number }>>;
  endEffect(planId: string, endsOn: LocalDate): Promise<Result<EffectView>>;
  end(planId: string, endsOn: LocalDate, reason: string, token: string): Promise<Result<unknown>>;
  delivery(scope: SignScope, week: string): Promise<Result<readonly DeliveryView[]>>;
  /** FHIR R4, as JSON text. */
  exportFhir(planId: string): Promise<Result<string>>;
}

export function createCareSource(
  { bundles, exports: files }: Pick<WorkspaceClient, 'bundles' | 'exports'>,
  patient: PatientScope,
): CareSource {
  return {
    settings: () => attempt(() => bundles.settings.query()),
    checkSetting: (kind, content) => attempt(() => bundles.checkSetting.query({ kind, content })),
    settingEffect: (kind, content, callbacks) =>
      bundles.settingEffect.subscribe({ regionId: patient.regionId, kind, content }, callbacks),
    adoptSetting: (kind, content, note) => attempt(() => bundles.adoptSetting.mutate({ kind, content, note })),
    propose: (streamId) => attempt(() => bundles.propose.query({ ...patient, streamId })),
    choose: (streamId, axis) => attempt(() => bundles.choose.mutate({ ...patient, streamId, axis, reason: '' })),
    plans: () => attempt(() => bundles.plans.query(patient)),
    plan: (planId) => attempt(() => bundles.plan.query({ ...patient, planId })),
    review: (planId, lines, reason) =>
      attempt(() => bundles.review.query({ ...patient, planId, lines: [...lines], reason })),
    save: (planId, lines, reason) =>
      attempt(() => bundles.save.mutate({ ...patient, planId, lines: [...lines], reason })),
    revise: (planId) => attempt(() => bundles.revise.mutate({ ...patient, planId })),
    discard: (planId) => attempt(() => bundles.discard.mutate({ ...patient, planId })),
    effect: (scope) => attempt(() => bundles.effect.query({ ...patient, ...scope, beside: [...scope.beside] })),
    sign: (scope, token) =>
      attempt(() => bundles.sign.mutate({ ...patient, ...scope, beside: [...scope.beside], token })),
    endEffect: (planId, endsOn) => attempt(() => bundles.endEffect.query({ ...patient, planId, endsOn, beside: [] })),
    end: (planId, endsOn, reason, token) =>
      attempt(() => bundles.end.mutate({ ...patient, planId, endsOn, beside: [], reason, token })),
    delivery: (scope, week) =>
      attempt(() => bundles.delivery.query({ ...patient, ...scope, beside: [...scope.beside], week })),
    exportFhir: (planId) => attempt(() => files.carePlan.query({ ...patient, planId })),
  };
}
