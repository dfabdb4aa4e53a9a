/** "Something happened…": a sick call, a cancelled visit, a hospital admission or an urgent referral, and how the week goes on. */
import type { ReplanProposal, WeekBoard, WeekChange } from '@fieldfare/domain';
import type { Problem } from '@fieldfare/kernel';
import { Button, Loader, Modal } from '@mantine/core';
import { IconCheck } from '@tabler/icons-react';
import { useState } from 'react';
import { useController, useUi } from '../board/context.tsx';
import { plural, visitTime } from '../lib/format.ts';
import { problemsText } from '../lib/problems.ts';
import { notify } from '../shell/notify.tsx';
import { NewsList } from './news-list.tsx';
import classes from './replan-dialog.module.css';
import { ReplanForm } from './replan-form.tsx';

type State =
  | { readonly step: 'form'; readonly problems: readonly Problem[] }
  | { readonly step: 'working' }
  | {
      readonly step: 'proposal';
      readonly change: WeekChange;
      readonly found: ReplanProposal;
      readonly refused: readonly Problem[];
    };

function happened({ displaced, cancelled, added }: ReplanProposal): string {
  const parts = [
    displaced > 0 && `${plural(displaced, 'visit')} lost ${displaced === 1 ? 'its' : 'their'} carer`,
    cancelled > 0 && `${plural(cancelled, 'visit')} no longer take${cancelled === 1 ? 's' : ''} place`,
    added > 0 && `${plural(added, 'visit')} came in`,
  ].filter(Boolean);
  return parts.length === 0 ? 'No visit is concerned' : parts.join('; ');
}

function Proposed(props: {
  readonly found: ReplanProposal;
  readonly refused: readonly Problem[];
  readonly busy: boolean;
  readonly onBack: () => void;
  readonly onAccept: () => void;
}) {
  const { found, refused, busy } = props;
  const { placements, unplaced } = found.proposal;
  return (
    <>
      <p className={classes.lead}>
        {happened(found)}. {placements.length === 0 ? 'No visit' : plural(placements.length, 'visit')} would be placed;{' '}
        <b>
          {found.kept} of {found.untouched}
        </b>{' '}
        {found.untouched === 1 ? 'other' : 'others'}{' '}
        {found.kept === 1 ? 'stays exactly as it is' : 'stay exactly as they are'}.
      </p>
      {refused.length > 0 && (
        <p className={classes.refused} role="alert">
          {problemsText(refused)} This is how it stands now.
        </p>
      )}
      {unplaced.length > 0 && (
        <section aria-label="Without a place">
          <h3 className={classes.heading}>{plural(unplaced.length, 'visit')} would wait in the tray</h3>
          <ul className={classes.unplaced}>
            {unplaced.map((visit) => (
              <li key={visit.visitId}>
                <b>
                  {visit.patientName}, {visit.serviceName}, {visitTime(visit)}:
                </b>{' '}
                {visit.reason}
              </li>
            ))}
          </ul>
        </section>
      )}
      {found.news.length > 0 ? (
        <NewsList news={found.news} label="What changes for whom" />
      ) : (
        <p className={classes.none}>
          <IconCheck size={18} /> Nothing changes for any carer.
        </p>
      )}
      <footer className={classes.foot}>
        <Button variant="default" onClick={props.onBack}>
          Back
        </Button>
        <Button loading={busy} onClick={props.onAccept} data-autofocus="">
          Accept all of it
        </Button>
      </footer>
    </>
  );
}

function Body(props: { readonly board: WeekBoard; readonly staffId: string; readonly onClose: () => void }) {
  const { source, scope } = useController();
  const [state, setState] = useState<State>({ step: 'form', problems: [] });
  const [busy, setBusy] = useState(false);

  const ask = async (change: WeekChange, refused: readonly Problem[] = []): Promise<void> => {
    setState({ step: 'working' });
    const result = await source.replan(scope, change);
    setState(
      result.ok
        ? { step: 'proposal', change, found: result.value, refused }
        : { step: 'form', problems: result.problems },
    );
  };
  const accept = async (change: WeekChange, found: ReplanProposal): Promise<void> => {
    setBusy(true);
    const result = await source.acceptReplan(scope, change, found);
    setBusy(false);
    if (!result.ok) return ask(change, result.problems);
    const { placed, waiting } = result.value;
    notify({
      tone: waiting > 0 ? 'warn' : 'good',
      title: `${plural(placed, 'visit')} placed${waiting > 0 ? `, ${plural(waiting, 'visit')} in the tray` : ''}`,
    });
    props.onClose();
  };
  return (
    <>
      <div hidden={state.step !== 'form'}>
        {state.step === 'form' && state.problems.length > 0 && (
          <p className={classes.refused} role="alert">
            {problemsText(state.problems)}
          </p>
        )}
        <ReplanForm
          board={props.board}
          staffId={props.staffId}
          onAsk={(change) => void ask(change)}
          onClose={props.onClose}
        />
      </div>
      {state.step === 'working' && (
        <p className={classes.none}>
          <Loader size="xs" /> Looking for places…
        </p>
      )}
      {state.step === 'proposal' && (
        <Proposed
          found={state.found}
          refused={state.refused}
          busy={busy}
          onBack={() => {
            source.dropReplan(scope, state.change, state.found);
            setState({ step: 'form', problems: [] });
          }}
          onAccept={() => void accept(state.change, state.found)}
        />
      )}
    </>
  );
}

export function ReplanDialog({ board }: { readonly board: WeekBoard }) {
  const controller = useController();
  const staffId = useUi((ui) => ui.replanning);
  const close = (): void => controller.askReplan(null);
  return (
    <Modal opened={staffId !== null} onClose={close} title="Something happened" size={620}>
      {staffId !== null && <Body key={staffId} board={board} staffId={staffId} onClose={close} />}
    </Modal>
  );
}
