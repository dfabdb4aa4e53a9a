/** A text field that saves itself. */
import { type KeyboardEvent, useEffect, useRef, useState } from 'react';

export interface DraftOptions {
  /** What is saved, as text. */
  readonly saved: string;
  /** The text in the form in which it is saved, or why it cannot be. */
  readonly read: (text: string) => string | { readonly wrong: string };
  /** Resolves to whether it was saved; whoever saves says why not. */
  readonly save: (text: string) => Promise<boolean>;
}

export interface Draft {
  readonly value: string;
  readonly error: string | null;
  onFocus(): void;
  onChange(event: { readonly currentTarget: { readonly value: string } }): void;
  onBlur(): void;
  onKeyDown(event: KeyboardEvent): void;
}

/** What was saved may come back late; after this long whatever is saved then is shown, ms. */
const COMES_BACK_MS = 5_000;

/**
 * A field that is being typed in keeps its text until it is left, whatever others save meanwhile. Leaving it saves it,
 * and so does Enter where a text has one line, if it was changed; the text stands until the saved value has come back (that of
 * an earlier save is no news, however late), or stays with the reason when it cannot be saved. Each field keeps its own
 * draft, so that leaving one redraws no other.
 */
export function useDraft({ saved, read, save }: DraftOptions): Draft {
  /** What stands in the field, null: what is saved. */
  const [text, setText] = useState<string | null>(null);
  const [wrong, setWrong] = useState<string | null>(null);
  const focused = useRef(false);
  /** What was saved, or sent to be, when the field was entered or last sent: equal text has nothing to save. */
  const settled = useRef(saved);

  /** What was sent and has not come back yet, the oldest first. One that comes back says that those before it are over. */
  const sent = useRef<readonly string[]>([]);
  const latest = useRef(saved);

  useEffect(() => {
    latest.current = saved;
    // What others saved is not among them: then there is nothing to wait for.
    const at = sent.current.indexOf(saved);
    sent.current = at < 0 ? [] : sent.current.slice(at + 1);
    if (focused.current || sent.current.length > 0) return;
    settled.current = saved;
    setText(null);
    setWrong(null);
  }, [saved]);

  async function send(value: string, typed: string): Promise<void> {
    settled.current = value;
    sent.current = [...sent.current, value];
    if (await save(value)) {
      setTimeout(() => forget(value), COMES_BACK_MS);
      return;
    }
    sent.current = sent.current.filter((other) => other !== value);
    if (settled.current === value) settled.current = latest.current;
    // Whoever has typed on meanwhile keeps that.
    setText((now) => (now !== typed ? now : focused.current ? latest.current : null));
  }

  function forget(value: string): void {
    if (!sent.current.includes(value)) return;
    sent.current = sent.current.slice(sent.current.indexOf(value) + 1);
    if (sent.current.length === 0 && !focused.current) setText(null);
  }

  /** Whether there is something under way, so that the text has to stand. */
  function commit(): boolean {
    const value = text === null ? settled.current : read(text);
    setWrong(typeof value === 'string' ? null : value.wrong);
    if (typeof value !== 'string') return true;
    if (value === settled.current) return false;
    void send(value, text ?? value);
    return true;
  }

  return {
    value: text ?? saved,
    error: wrong,
    onFocus() {
      focused.current = true;
      if (text !== null) return; // a text that could not be saved is gone on with
      settled.current = saved;
      setText(saved);
    },
    onChange: (event) => setText(event.currentTarget.value),
    onBlur() {
      focused.current = false;
      if (!commit() && sent.current.length === 0) setText(null);
    },
    onKeyDown(event) {
      if (event.key === 'Enter' && !(event.target instanceof HTMLTextAreaElement)) commit();
    },
  };
}
