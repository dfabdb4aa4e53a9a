/** Which clinical rules speak: stand-ins of this app, or signed packs of those who own the algorithms. */
import type { PacksView } from '@fieldfare/domain';
import type { WorkspaceClient } from '@fieldfare/workspace/client';
import { Modal } from '@mantine/core';
import { useCallback } from 'react';
import { useFeed } from '../../lib/use-feed.ts';
import { Pending } from '../../shell/place-bar.tsx';
import { ScrollBox } from '../../shell/scroll-box.tsx';
import { Tag } from '../../shell/tag.tsx';
import { KeyList } from './key-list.tsx';
import { PackList } from './pack-list.tsx';
import { PackLoader } from './pack-loader.tsx';
import classes from './rules.module.css';

function Slots({ slots }: Pick<PacksView, 'slots'>) {
  return (
    <ScrollBox label="Which rules speak" className={classes.box}>
      <table className={classes.table} aria-label="Rules that speak">
        <thead>
          <tr>
            <th scope="col">Algorithm</th>
            <th scope="col">Rule in force</th>
            <th scope="col">From</th>
          </tr>
        </thead>
        <tbody>
          {slots.map(({ id, label, speaks, pack }) => (
            <tr key={id} data-slot={id}>
              <th scope="row">{label}</th>
              <td>
                <code>{speaks}</code>
              </td>
              <td>
                {pack ? (
                  <Tag tone="good">
                    {pack.id} {pack.version}
                  </Tag>
                ) : (
                  <span className={classes.dim}>this app, provisional</span>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollBox>
  );
}

export function ClinicalRulesDialog(props: {
  readonly client: WorkspaceClient;
  readonly regionId: string;
  readonly onClose: () => void;
}) {
  const { client, regionId, onClose } = props;
  const { value: view, problems } = useFeed<PacksView>(
    useCallback((callbacks) => client.assessments.packs.events.subscribe(undefined, callbacks), [client]),
  );
  return (
    <Modal opened onClose={onClose} title="Clinical rules" size={760}>
      {view ? (
        <div className={classes.dialog} data-testid="clinical-rules">
          <p className={classes.lead}>
            Some algorithms belong to their owners and are not part of this app. Until their signed rules are loaded,
            provisional rules of our own stand in for them, under names of their own.
          </p>
          <Slots slots={view.slots} />
          <section className={classes.section} aria-label="Packs">
            <h3>Rule packs</h3>
            <PackList client={client} regionId={regionId} packs={view.packs} writable={view.writable} />
          </section>
          {view.writable && <PackLoader client={client} regionId={regionId} />}
          <KeyList client={client} keys={view.keys} writable={view.writable} />
          {!view.writable && <p className={classes.lead}>An administrator may load a pack and trust a key.</p>}
        </div>
      ) : (
        <Pending problems={problems} />
      )}
    </Modal>
  );
}
