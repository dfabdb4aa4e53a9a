/** Entry by item code: a digit answers and goes on; everything typed is kept. */
import { allowedText, type Form, type FormItem, type PackInForce } from '@fieldfare/domain/assessments';
import type { WorkspaceClient } from '@fieldfare/workspace/client';
import { Button, TextInput } from '@mantine/core';
import { IconCheck } from '@tabler/icons-react';
import { type KeyboardEvent, memo, useDeferredValue, useMemo, useRef, useState } from 'react';
import { plural } from '../../lib/format.ts';
import { problemsText } from '../../lib/problems.ts';
import { notify } from '../../shell/notify.tsx';
import classes from './entry.module.css';
import { choices, longest, meaning, progressOf, typed } from './entry-model.ts';
import { ItemCode, RecalledLegend } from './item-code.tsx';
import { LiveScores } from './live-scores.tsx';
import { type EntryStart, type Saving, useEntry } from './use-entry.ts';

const SAVING_WORDS: Readonly<Record<Saving, string>> = {
  untouched: '',
  saving: 'Saving…',
  saved: 'Draft saved',
  failed: 'Not saved',
};

const fieldOf = (code: string): HTMLInputElement | null => document.querySelector(`[data-item="${code}"] input`);

export function AssessmentEntry(props: {
  readonly client: WorkspaceClient;
  readonly regionId: string;
  readonly patientId: string;
  readonly today: string;
  readonly start: EntryStart;
  readonly packs: readonly PackInForce[];
  readonly onLeave: () => void;
  readonly onDone: (assessmentId: string) => void;
}) {
  const { client, start, today } = props;
  const { form, amends } = start;
  const entry = useEntry(client, props, start);
  const sections = progressOf(form, entry.answers);
  const scored = useDeferredValue(entry.answers);
  const [busy, setBusy] = useState(false);
  const area = useRef<HTMLDivElement>(null);

  const goTo = (item: FormItem | undefined): void => {
    const field = item && fieldOf(item.code);
    field?.focus();
    field?.select();
    field?.closest('[data-item]')?.scrollIntoView({ block: 'nearest' });
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const code = (event.target as Element).closest('[data-item]')?.getAttribute('data-item');
    const index = form.items.findIndex((item) => item.code === code);
    if (index < 0) return;
    if (event.key === 'ArrowDown' || event.key === 'Enter') goTo(form.items[index + 1]);
    else if (event.key === 'ArrowUp') goTo(form.items[index - 1]);
    else if (event.key === 'PageDown' || event.key === 'PageUp') {
      const here = sections.findIndex(({ title }) => title === form.items[index]?.section);
      goTo(sections[here + (event.key === 'PageDown' ? 1 : -1)]?.items[0]);
    } else return;
    event.preventDefault();
  };
  const next = useMemo(() => {
    const after = new Map(form.items.map((item, index) => [item.code, form.items[index + 1]]));
    return (code: string) => goTo(after.get(code));
  }, [form]);

  const complete = async (): Promise<void> => {
    setBusy(true);
    const id = await entry.complete();
    setBusy(false);
    if (id === null) {
      goTo(form.items.find(({ code }) => entry.wrong.has(code)));
      return;
    }
    notify({ tone: 'good', title: amends === null ? 'Assessment recorded' : 'Amendment recorded' });
    props.onDone(id);
  };

  return (
    <div className={classes.entry} data-testid="entry">
      <header className={classes.head}>
        <strong>{form.name}</strong>
        <TextInput
          size="xs"
          type="date"
          aria-label="Assessed on"
          max={today}
          value={entry.assessedOn}
          onChange={(event) => event.currentTarget.value && entry.setDate(event.currentTarget.value)}
        />
        {amends !== null && (
          <TextInput
            size="xs"
            className={classes.reason ?? ''}
            aria-label="Why it is amended"
            placeholder="Why it is amended (required)"
            maxLength={500}
            value={entry.reason}
            onChange={(event) => entry.setReason(event.currentTarget.value)}
          />
        )}
        <span className={classes.count}>
          {entry.answers.size} of {form.items.length}
        </span>
        <span className={classes.saving} data-testid="saving" data-state={entry.saving} role="status">
          {SAVING_WORDS[entry.saving]}
        </span>
        <span className={classes.grow} />
        <Button variant="subtle" color="gray" onClick={() => void entry.discard().then(props.onLeave)}>
          Discard
        </Button>
        <Button variant="default" onClick={props.onLeave}>
          Later
        </Button>
        <Button
          leftSection={<IconCheck size={15} />}
          loading={busy}
          disabled={entry.answers.size === 0 || (amends !== null && entry.reason.trim() === '')}
          onClick={() => void complete()}
        >
          Record
        </Button>
      </header>
      {entry.problems.length > 0 && (
        <p className={classes.problem} role="alert">
          {problemsText(entry.problems)}
        </p>
      )}
      <div className={classes.columns}>
        <nav className={classes.sections} aria-label="Sections">
          {sections.map(({ title, items, answered }) => (
            <button
              key={title}
              type="button"
              className={classes.section}
              data-complete={answered === items.length || undefined}
              onClick={() => goTo(items[0])}
            >
              <span>{title}</span>
              <span className="ff-num">{answered === items.length ? '✓' : `${answered}/${items.length}`}</span>
            </button>
          ))}
        </nav>
        {/* biome-ignore lint/a11y/noStaticElementInteractions: keys of the fields inside move between them */}
        <div ref={area} className={classes.items} onKeyDown={onKeyDown}>
          {sections.map(({ title, items }) => (
            <section key={title} aria-label={title}>
              <h2>{title}</h2>
              {items.map((item) => (
                <ItemRow
                  key={item.code}
                  item={item}
                  value={entry.answers.get(item.code) ?? null}
                  onAnswer={entry.answer}
                  onNext={next}
                />
              ))}
            </section>
          ))}
          <p className={classes.hint}>
            {plural(form.items.length - entry.answers.size, 'item')} without an answer. What they feed stays unknown.{' '}
            <RecalledLegend form={form} />
          </p>
        </div>
        <LiveScores form={form} answers={scored} packs={props.packs} />
      </div>
    </div>
  );
}

/** One item. Redrawn when its own answer changes. */
const ItemRow = memo(
  function ItemRow(props: {
    readonly item: FormItem;
    readonly value: number | null;
    readonly onAnswer: (code: string, value: number | null | 'wrong') => void;
    readonly onNext: (code: string) => void;
  }) {
    const { item, value, onAnswer, onNext } = props;
    const [text, setText] = useState<string | null>(null);
    const [focused, setFocused] = useState(false);
    const shown = text ?? (value === null ? '' : String(value));
    const read = typed(item, shown);
    const id = `item-${item.code}`;
    const change = (field: HTMLInputElement): void => {
      const raw = field.value;
      const now = typed(item, raw);
      if (now.kind === 'answer') {
        setText(null);
        onAnswer(item.code, now.value);
        if (now.final) onNext(item.code);
      } else {
        setText(raw === '' ? null : raw);
        onAnswer(item.code, now.kind === 'wrong' ? 'wrong' : null);
        // Nothing can be added to make it an answer: the next key begins again.
        if (now.kind === 'wrong' && raw.length >= longest(item)) field.select();
      }
    };
    return (
      <div className={classes.item} data-item={item.code} data-wrong={read.kind === 'wrong' || undefined}>
        <span className={classes.code}>
          <ItemCode item={item} />
        </span>
        <label htmlFor={id}>{item.label}</label>
        <input
          id={id}
          className={classes.value}
          inputMode="numeric"
          autoComplete="off"
          maxLength={4}
          value={shown}
          aria-invalid={read.kind === 'wrong'}
          aria-describedby={`${id}-says`}
          onFocus={(event) => {
            setFocused(true);
            event.currentTarget.select();
          }}
          onBlur={() => setFocused(false)}
          onChange={(event) => change(event.currentTarget)}
        />
        <span id={`${id}-says`} className={classes.says}>
          {read.kind === 'wrong'
            ? read.message
            : focused
              ? choices(item)
              : value === null
                ? allowedText(item.codes)
                : meaning(item, value)}
        </span>
      </div>
    );
  },
  (before, after) => before.value === after.value && before.item === after.item && before.onNext === after.onNext,
);

/** What an entry begins with: nothing, a draft, or what it amends. */
export const freshStart = (form: Form, today: string): EntryStart => ({
  form,
  assessedOn: today,
  answers: new Map(),
  amends: null,
  reason: '',
});
