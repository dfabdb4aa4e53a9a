/** What scenarios are computed from: the matrix, the axes, the rates, as they are in force. An administrator may adopt
 * another version; it is checked while it is written, and adopted only when nothing is wrong with it. */
import type { Problem } from '@fieldfare/kernel';
import { Button, Modal, SegmentedControl, Switch, Textarea, TextInput } from '@mantine/core';
import { useEffect, useState } from 'react';
import { dateOfInstant, fullDate, plural } from '../lib/format.ts';
import { problemsText, problemText } from '../lib/problems.ts';
import { notify } from '../shell/notify.tsx';
import classes from './care-plan.module.css';
import type { CareSource, SettingKind, Settings } from './care-source.ts';
import { MatrixTable, nextVersion, placeOf, readMatrix, withVersion } from './matrix-table.tsx';
import { SettingEffectOf } from './setting-effect.tsx';

const KINDS: readonly { readonly value: SettingKind; readonly label: string }[] = [
  { value: 'matrix', label: 'Intensity matrix' },
  { value: 'axes', label: 'Axes' },
  { value: 'rates', label: 'Rates and streams' },
];

const CHECK_MS = 300;
const MOST_PROBLEMS = 12;

export function SettingsDialog(props: {
  readonly source: CareSource;
  readonly settings: Settings;
  readonly onClose: () => void;
  readonly onAdopted: () => void;
}) {
  const { source, settings, onClose, onAdopted } = props;
  const [kind, setKind] = useState<SettingKind>('matrix');
  const inForce = settings.kinds.find((each) => each.kind === kind);
  const [text, setText] = useState(inForce?.content ?? '');
  const [note, setNote] = useState('');
  const [found, setFound] = useState<readonly Problem[] | null>(null);
  const [asText, setAsText] = useState(false);
  const changed = text !== inForce?.content;
  const matrix = kind === 'matrix' && !asText ? readMatrix(text) : null;

  useEffect(() => {
    setFound(null);
    if (!changed) return;
    let over = false;
    const timer = setTimeout(async () => {
      const result = await source.checkSetting(kind, text);
      if (!over) setFound(result.ok ? result.value : result.problems);
    }, CHECK_MS);
    return () => {
      over = true;
      clearTimeout(timer);
    };
  }, [source, kind, text, changed]);

  const show = (next: SettingKind): void => {
    setKind(next);
    setText(settings.kinds.find((each) => each.kind === next)?.content ?? '');
  };
  const adopt = async (): Promise<void> => {
    const result = await source.adoptSetting(kind, text, note);
    if (!result.ok) return notify({ tone: 'bad', title: problemsText(result.problems) });
    notify({ tone: 'good', title: `Version ${result.value.version} is in force` });
    onAdopted();
  };
  return (
    <Modal opened onClose={onClose} title="What scenarios are computed from" size={760}>
      <div className={classes.dialog}>
        <div className={classes.bar}>
          <SegmentedControl
            size="xs"
            aria-label="Part"
            data={[...KINDS]}
            value={kind}
            onChange={(value) => show(value as SettingKind)}
          />
          {kind === 'matrix' && (
            <Switch
              size="xs"
              label="As text"
              checked={asText}
              onChange={(event) => setAsText(event.currentTarget.checked)}
            />
          )}
          <span className={classes.dim}>
            {inForce?.adoptedAt
              ? `adopted on ${fullDate(dateOfInstant(inForce.adoptedAt))}: ${inForce.note}`
              : 'as shipped'}
            {settings.passedOver > 0 && `; ${plural(settings.passedOver, 'newer version')} cannot be read here`}
          </span>
        </div>
        {matrix ? (
          <>
            <MatrixTable
              text={text}
              matrix={matrix}
              names={settings.names}
              problems={found ?? []}
              readOnly={!settings.writable}
              onChange={(next) => setText(changed ? next : withVersion(next, nextVersion(matrix.version)))}
            />
            <p className={classes.small}>
              {changed ? `Becomes version ${matrix.version}.` : `Version ${matrix.version}.`} Needs, services, levels
              and evidence are changed as text.
            </p>
          </>
        ) : (
          <Textarea
            aria-label="Content as JSON"
            classNames={{ input: classes.code ?? '' }}
            value={text}
            readOnly={!settings.writable}
            rows={changed ? 10 : 18}
            spellCheck={false}
            onChange={(event) => setText(event.currentTarget.value)}
          />
        )}
        {found !== null && found.length > 0 && (
          <div className={classes.notice} data-tone="bad" role="alert">
            <ul className={classes.plainList}>
              {found.slice(0, MOST_PROBLEMS).map((one, index) => (
                <li key={index}>
                  {(matrix && placeOf(one, matrix, settings.names)) ?? <code>{one.path?.join('.')}</code>}:{' '}
                  {problemText(one)}
                </li>
              ))}
            </ul>
          </div>
        )}
        {changed && found?.length === 0 && (
          <SettingEffectOf key={`${kind} ${text}`} source={source} kind={kind} content={text} />
        )}
        {settings.writable ? (
          <div className={classes.dialogActions}>
            <TextInput
              size="xs"
              aria-label="What changed and who reviewed it"
              placeholder="What changed, and who reviewed it"
              value={note}
              maxLength={1000}
              className={classes.grow ?? ''}
              onChange={(event) => setNote(event.currentTarget.value)}
            />
            <Button
              disabled={!changed || found === null || found.length > 0 || note.trim() === ''}
              onClick={() => void adopt()}
            >
              Adopt
            </Button>
          </div>
        ) : (
          <p className={classes.small}>An administrator may adopt another version.</p>
        )}
      </div>
    </Modal>
  );
}
