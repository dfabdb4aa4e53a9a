/** A patient's care plan: scenarios to choose from, the draft, the versions that were signed. Works offline. */
import type { DemandLine, PlanSummary } from '@fieldfare/domain';
import { addWeeks, daysOfWeek, type LocalDate, weekAt, type Zone } from '@fieldfare/kernel';
import { Button, Loader } from '@mantine/core';
import { IconDownload, IconPencil, IconPrinter } from '@tabler/icons-react';
import { useEffect, useMemo, useState } from 'react';
import { cx } from '../lib/cx.ts';
import { plural } from '../lib/format.ts';
import { problemsText } from '../lib/problems.ts';
import type { TabProps } from '../patients/tab-props.ts';
import { useApp } from '../shell/app-context.tsx';
import { notify } from '../shell/notify.tsx';
import classes from './care-plan.module.css';
import { type CareSource, createCareSource } from './care-source.ts';
import { DraftEditor } from './draft-editor.tsx';
import { PlanSheet } from './plan-sheet.tsx';
import { Scenarios } from './scenarios.tsx';
import { SettingsDialog } from './settings-dialog.tsx';
import { SignDialog } from './sign-dialog.tsx';
import { useAnswer } from './use-answer.ts';
import { STATUS } from './words.tsx';

/** Services whose colour is another service type's. */
const COLOUR_LIKE: Readonly<Record<string, string>> = { infusion: 'nursing', np: 'nursing', overnight: 'respite' };

const SCENARIOS = 'scenarios';

const planTitle = ({ status, version }: PlanSummary): string =>
  version === null ? STATUS[status].text : `Version ${version}`;

/** The draft if there is one, else the newest signed plan, else the scenarios. */
const firstView = (plans: readonly PlanSummary[]): string =>
  (plans.find(({ status }) => status === 'draft') ?? plans.find(({ status }) => status !== 'ended'))?.id ?? SCENARIOS;

/** Reloads when what is synced may have changed. */
function useSyncedReload(reload: () => void): void {
  const { source } = useApp();
  useEffect(() => source.sync({ onData: reload, onProblem: () => {} }), [source, reload]);
}

function download(name: string, text: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([text], { type: 'application/fhir+json' }));
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}

export function CarePlanTab({ client, regionId, patientId, record }: TabProps) {
  const { org, clock } = useApp();
  const { writable } = record;
  const source = useMemo(() => createCareSource(client, { regionId, patientId }), [client, regionId, patientId]);
  const zone = org.regions.find(({ id }) => id === regionId)?.zone ?? 'UTC';
  const plans = useAnswer(`plans ${patientId}`, () => source.plans());
  useSyncedReload(plans.reload);
  const [chosen, setChosen] = useState<string | null>(null);
  const view = plans.value === null ? null : (chosen ?? firstView(plans.value));
  const colours = new Map(org.serviceTypes.map(({ code, colour }) => [code, colour]));
  const colourOf = (service: string): string =>
    colours.get(service) ?? colours.get(COLOUR_LIKE[service] ?? '') ?? 'slate';
  const nextMonday = daysOfWeek(addWeeks(weekAt(clock.now(), zone), 1))[0] ?? '';
  if (plans.value === null || view === null) {
    return (
      <div className={classes.tab}>
        {plans.problems.length > 0 ? <p role="alert">{problemsText(plans.problems)}</p> : <Loader size="sm" />}
      </div>
    );
  }
  const shown = (next: string | null): void => {
    setChosen(next);
    plans.reload();
  };
  return (
    <div className={classes.tab} data-testid="care-plan">
      <nav className={classes.views} aria-label="Care plan versions">
        {[
          { id: SCENARIOS, title: 'Scenarios', tone: '' },
          ...plans.value.map((plan) => ({
            id: plan.id,
            title: planTitle(plan),
            tone: plan.status === 'active' ? 'in force' : plan.status === 'upcoming' ? 'upcoming' : '',
          })),
        ].map(({ id, title, tone }) => (
          <button
            type="button"
            key={id}
            className={cx(classes.view, id === view && classes.viewOn)}
            aria-current={id === view ? 'page' : undefined}
            onClick={() => setChosen(id)}
          >
            {title} {tone && <span className={classes.dim}>{tone}</span>}
          </button>
        ))}
      </nav>
      {view === SCENARIOS ? (
        <ChooseView source={source} writable={writable} colourOf={colourOf} onChosen={shown} />
      ) : (
        <OnePlan
          key={view}
          planId={view}
          source={source}
          patient={record.patient}
          writable={writable}
          zone={zone}
          nextMonday={nextMonday}
          colourOf={colourOf}
          onView={shown}
        />
      )}
    </div>
  );
}

function ChooseView(props: {
  readonly source: CareSource;
  readonly writable: boolean;
  readonly colourOf: (service: string) => string;
  readonly onChosen: (planId: string) => void;
}) {
  const { source, writable, colourOf, onChosen } = props;
  const [streamId, setStreamId] = useState<string | null>(null);
  const [choosing, setChoosing] = useState<string | null>(null);
  const settings = useAnswer('settings', () => source.settings());
  const [reading, setReading] = useState(false);
  const stream = streamId ?? settings.value?.streams[0]?.id ?? null;
  const proposal = useAnswer(stream, () => source.propose(stream ?? ''));
  useSyncedReload(proposal.reload);
  const problems = [...settings.problems, ...proposal.problems];
  if (problems.length > 0) return <p role="alert">{problemsText(problems)}</p>;
  if (!proposal.value || !settings.value) return <Loader size="sm" />;
  const choose = async (axis: string): Promise<void> => {
    setChoosing(axis);
    const result = await source.choose(proposal.value?.streamId ?? '', axis);
    setChoosing(null);
    if (result.ok) onChosen(result.value.planId);
    else notify({ tone: 'bad', title: problemsText(result.problems) });
  };
  return (
    <>
      <Scenarios
        proposal={proposal.value}
        streams={settings.value.streams}
        onStream={setStreamId}
        onChoose={writable ? (axis) => void choose(axis) : null}
        choosing={choosing}
        onSettings={() => setReading(true)}
        colourOf={colourOf}
      />
      {reading && (
        <SettingsDialog
          source={source}
          settings={settings.value}
          onClose={() => setReading(false)}
          onAdopted={() => {
            setReading(false);
            settings.reload();
            proposal.reload();
          }}
        />
      )}
    </>
  );
}

function OnePlan(props: {
  readonly planId: string;
  readonly source: CareSource;
  readonly patient: TabProps['record']['patient'];
  readonly writable: boolean;
  readonly zone: Zone;
  readonly nextMonday: LocalDate;
  readonly colourOf: (service: string) => string;
  /** Null: whatever is to be seen first. */
  readonly onView: (planId: string | null) => void;
}) {
  const { planId, source, patient, writable, zone, nextMonday, colourOf, onView } = props;
  const { org } = useApp();
  const plan = useAnswer(`plan ${planId}`, () => source.plan(planId));
  useSyncedReload(plan.reload);
  const [dialog, setDialog] = useState<'sign' | 'end' | null>(null);
  if (!plan.value) {
    return plan.problems.length > 0 ? <p role="alert">{problemsText(plan.problems)}</p> : <Loader size="sm" />;
  }
  const shown = plan.value;
  const discard = async (): Promise<void> => {
    const result = await source.discard(planId);
    if (result.ok) onView(null);
    else notify({ tone: 'bad', title: problemsText(result.problems) });
  };
  const revise = async (): Promise<void> => {
    const result = await source.revise(planId);
    if (result.ok) onView(result.value.planId);
    else notify({ tone: 'bad', title: problemsText(result.problems) });
  };
  const exportFhir = async (): Promise<void> => {
    const result = await source.exportFhir(planId);
    if (result.ok) download(`care-plan-${patient.reference}.json`, result.value);
    else notify({ tone: 'bad', title: problemsText(result.problems) });
  };
  const done = (): void => {
    setDialog(null);
    plan.reload();
    onView(planId);
  };
  const running = shown.status === 'active' || shown.status === 'upcoming';
  return (
    <>
      {shown.status === 'draft' ? (
        <DraftEditor
          source={source}
          plan={shown}
          writable={writable}
          startsOn={nextMonday}
          colourOf={colourOf}
          onSign={() => setDialog('sign')}
          onDiscard={() => void discard()}
        />
      ) : (
        <>
          <div className={classes.bar}>
            <span className={classes.grow} />
            {writable && running && (
              <>
                <Button variant="default" leftSection={<IconPencil size={14} />} onClick={() => void revise()}>
                  New version
                </Button>
                <Button variant="default" onClick={() => setDialog('end')}>
                  End…
                </Button>
              </>
            )}
            <Button variant="default" leftSection={<IconDownload size={14} />} onClick={() => void exportFhir()}>
              FHIR
            </Button>
            <Button variant="default" leftSection={<IconPrinter size={14} />} onClick={() => window.print()}>
              Print
            </Button>
          </div>
          <PlanSheet
            plan={shown}
            patient={patient}
            organisation={org.organisation.name}
            zone={zone}
            colourOf={colourOf}
          />
        </>
      )}
      {dialog && (
        <Deciding
          kind={dialog}
          planId={planId}
          source={source}
          from={nextMonday}
          onClose={() => setDialog(null)}
          onDone={done}
        />
      )}
    </>
  );
}

function Deciding(props: {
  readonly kind: 'sign' | 'end';
  readonly planId: string;
  readonly source: CareSource;
  readonly from: LocalDate;
  readonly onClose: () => void;
  readonly onDone: () => void;
}) {
  const { kind, planId, source, from, onClose, onDone } = props;
  const [date, setDate] = useState(from);
  const [beside, setBeside] = useState<readonly string[]>([]);
  const [kept, setKept] = useState<ReadonlyMap<string, DemandLine>>(new Map());
  const [reason, setReason] = useState('');
  const [busy, setBusy] = useState(false);
  const effect = useAnswer(`${kind} ${date} ${beside.join()}`, () =>
    kind === 'sign' ? source.effect({ planId, startsOn: date, beside }) : source.endEffect(planId, date),
  );
  const act = async (token: string): Promise<void> => {
    setBusy(true);
    const result =
      kind === 'sign'
        ? await source.sign({ planId, startsOn: date, beside }, token)
        : await source.end(planId, date, reason, token);
    setBusy(false);
    if (!result.ok) {
      effect.reload();
      notify({ tone: 'bad', title: problemsText(result.problems) });
      return;
    }
    const made = kind === 'sign' ? (result.value as { planned: number }).planned : 0;
    notify({
      tone: 'good',
      title: kind === 'sign' ? 'Signed' : 'Ended',
      message: made > 0 ? `${plural(made, 'visit')} in the tray` : '',
    });
    onDone();
  };
  return (
    <SignDialog
      opened
      onClose={onClose}
      title={kind === 'sign' ? 'What signing does' : 'What ending does'}
      dateLabel={kind === 'sign' ? 'First day' : 'Last day'}
      date={date}
      onDate={setDate}
      effect={effect.asking ? null : effect.value}
      problems={effect.problems}
      beside={beside}
      kept={kept}
      onBeside={
        kind === 'sign'
          ? (ids) => {
              setKept(
                new Map([...kept, ...(effect.value?.ends ?? []).map((line) => [line.requirementId, line] as const)]),
              );
              setBeside(ids);
            }
          : null
      }
      reason={kind === 'end' ? { value: reason, onChange: setReason } : null}
      action={kind === 'sign' ? 'Sign' : 'End the plan'}
      busy={busy}
      onAct={(token) => void act(token)}
    />
  );
}
