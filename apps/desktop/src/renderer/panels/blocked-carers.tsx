/** Carers who must not meet the patient of a visit: who and why, one more, or free again. */
import type { BlockedCarers as Blocked } from '@fieldfare/domain';
import { ActionIcon, Button, Select, TextInput, Tooltip } from '@mantine/core';
import { IconUserX, IconX } from '@tabler/icons-react';
import { useCallback, useEffect, useState } from 'react';
import { useBoard, useController } from '../board/context.tsx';
import { problemsText } from '../lib/problems.ts';
import { notify } from '../shell/notify.tsx';
import classes from './blocked-carers.module.css';

function BlockForm(props: {
  readonly staffId: string | null;
  readonly taken: ReadonlySet<string>;
  readonly onBlock: (staffId: string, reason: string) => Promise<void>;
  readonly onCancel: () => void;
}) {
  const lanes = useBoard()?.lanes ?? [];
  const [staffId, setStaffId] = useState(props.staffId);
  const [reason, setReason] = useState('');
  const [busy, setBusy] = useState(false);
  const ready = staffId !== null && reason.trim() !== '';
  return (
    <div className={classes.form}>
      <Select
        size="xs"
        label="Carer"
        searchable
        data={lanes
          .filter((lane) => !props.taken.has(lane.staffId))
          .map((lane) => ({ value: lane.staffId, label: lane.name }))}
        value={staffId}
        onChange={setStaffId}
      />
      <TextInput
        size="xs"
        label="Reason"
        maxLength={500}
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
      />
      <div className={classes.buttons}>
        <Button size="compact-sm" variant="default" onClick={props.onCancel}>
          Keep as it is
        </Button>
        <Button
          size="compact-sm"
          color="red"
          disabled={!ready}
          loading={busy}
          onClick={() => {
            if (!ready) return;
            setBusy(true);
            void props.onBlock(staffId, reason.trim()).finally(() => setBusy(false));
          }}
        >
          Block
        </Button>
      </div>
    </div>
  );
}

export function BlockedCarers(props: { readonly patientId: string; readonly staffId: string | null }) {
  const { patientId } = props;
  const { source, scope } = useController();
  const { regionId } = scope;
  const [blocked, setBlocked] = useState<Blocked | null>(null);
  const [adding, setAdding] = useState(false);
  const read = useCallback(async () => {
    const found = await source.blockedCarers(regionId, patientId);
    if (found.ok) setBlocked(found.value);
  }, [source, regionId, patientId]);
  useEffect(() => void read(), [read]);
  if (blocked === null) return null;
  const { carers, writable } = blocked;

  const block = async (staffId: string, reason: string): Promise<void> => {
    const done = await source.blockCarer(regionId, patientId, staffId, reason);
    if (!done.ok) return notify({ tone: 'bad', title: problemsText(done.problems) });
    setAdding(false);
    await read();
  };
  const free = async (staffId: string): Promise<void> => {
    const done = await source.freeCarer(regionId, patientId, staffId);
    if (!done.ok) notify({ tone: 'bad', title: problemsText(done.problems) });
    await read();
  };
  return (
    <section
      className={classes.section}
      aria-label="Carers who must not meet this patient"
      data-testid="blocked-carers"
    >
      {carers.length > 0 && (
        <>
          <h3 className={classes.heading}>Must not meet</h3>
          <ul className={classes.list}>
            {carers.map(({ staffId, name, reason }) => (
              <li key={staffId} className={classes.carer}>
                <IconUserX size={14} />
                <span className={classes.who}>
                  {name}
                  {reason !== null && <span className={classes.reason}>{reason}</span>}
                </span>
                {writable && (
                  <Tooltip label="May meet again">
                    <ActionIcon
                      size="sm"
                      variant="subtle"
                      color="gray"
                      aria-label={`${name} may meet this patient again`}
                      onClick={() => void free(staffId)}
                    >
                      <IconX size={14} />
                    </ActionIcon>
                  </Tooltip>
                )}
              </li>
            ))}
          </ul>
        </>
      )}
      {writable &&
        (adding ? (
          <BlockForm
            staffId={props.staffId}
            taken={new Set(carers.map(({ staffId }) => staffId))}
            onBlock={block}
            onCancel={() => setAdding(false)}
          />
        ) : (
          <button type="button" className={classes.add} onClick={() => setAdding(true)}>
            Block a carer for this patient…
          </button>
        ))}
    </section>
  );
}
