/** "Publish the week…": what is news to which carer since they were last told, and telling them. */
import type { Publication } from '@fieldfare/domain';
import type { Problem } from '@fieldfare/kernel';
import { Button, Loader, Modal } from '@mantine/core';
import { IconCheck } from '@tabler/icons-react';
import { useCallback, useEffect, useState } from 'react';
import { useController, useSummary, useUi } from '../board/context.tsx';
import { ago, plural } from '../lib/format.ts';
import { problemsText } from '../lib/problems.ts';
import { useApp } from '../shell/app-context.tsx';
import { NewsList } from './news-list.tsx';
import classes from './publish-dialog.module.css';

type State =
  | { readonly state: 'loading' }
  | { readonly state: 'failed'; readonly problems: readonly Problem[] }
  | { readonly state: 'ready'; readonly value: Publication; readonly refused: readonly Problem[] };

function Body({ onClose }: { readonly onClose: () => void }) {
  const controller = useController();
  const { clock } = useApp();
  const { source, scope } = controller;
  const { conflicts } = useSummary();
  const [state, setState] = useState<State>({ state: 'loading' });
  const [busy, setBusy] = useState(false);
  const look = useCallback(
    async (refused: readonly Problem[] = []) => {
      const found = await source.publication(scope);
      setState(
        found.ok ? { state: 'ready', value: found.value, refused } : { state: 'failed', problems: found.problems },
      );
    },
    [source, scope],
  );
  useEffect(() => void look(), [look]);

  if (state.state === 'loading') {
    return (
      <p className={classes.waiting}>
        <Loader size="xs" /> Comparing with what carers were told…
      </p>
    );
  }
  if (state.state === 'failed') return <p className={classes.waiting}>{problemsText(state.problems)}</p>;
  const { news, publishedAt, publishedBy, unscheduled, key } = state.value;
  const changes = news.reduce((sum, round) => sum + round.changes.length, 0);
  const publish = async (): Promise<void> => {
    setBusy(true);
    const refused = await controller.publish(key);
    setBusy(false);
    if (refused === null) onClose();
    else await look(refused);
  };
  return (
    <>
      <p className={classes.lead}>
        {publishedAt === null
          ? 'This week was never published. Carers work by what is published, not by the board.'
          : `Last published ${ago(Date.parse(publishedAt), clock.now())}${publishedBy === null ? '' : ` by ${publishedBy}`}.`}
      </p>
      {state.refused.length > 0 && (
        <p className={classes.refused} role="alert">
          {problemsText(state.refused)} This is how it stands now.
        </p>
      )}
      {(unscheduled > 0 || conflicts > 0) && (
        <p className={classes.note}>
          {[
            unscheduled > 0 &&
              `${plural(unscheduled, 'visit')} without a carer or time stay${unscheduled === 1 ? 's' : ''} out`,
            conflicts > 0 && `${plural(conflicts, 'conflict is', 'conflicts are')} not settled yet`,
          ]
            .filter(Boolean)
            .join('; ')}
          .
        </p>
      )}
      {news.length === 0 ? (
        <p className={classes.none}>
          <IconCheck size={18} /> Every carer has been told what the board says.
        </p>
      ) : (
        <NewsList news={news} label="What is news to carers" />
      )}
      <footer className={classes.foot}>
        <Button variant="default" onClick={onClose}>
          Close
        </Button>
        {news.length > 0 && (
          <Button loading={busy} onClick={() => void publish()} data-autofocus="">
            Publish {plural(changes, 'change')} to {plural(news.length, 'carer')}
          </Button>
        )}
      </footer>
    </>
  );
}

export function PublishDialog() {
  const controller = useController();
  const opened = useUi((ui) => ui.publishing);
  const close = (): void => controller.askPublish(false);
  return (
    <Modal opened={opened} onClose={close} title="Publish the week" size={620}>
      {opened && <Body onClose={close} />}
    </Modal>
  );
}
