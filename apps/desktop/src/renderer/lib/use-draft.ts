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

/**
 * A field that is being typed in keeps its text until it is left, whatever others save meanwhile. Leaving it saves it,
 * and so does Enter where a text has one line, if it was changed; the text stands until the saved value has come back, or stays with the reason
 * when it cannot be saved. Each field keeps its own draft, so that leaving one redraws no other.
 */
export function useDraft({ saved, read, save }: DraftOptions): Draft {
  /** What stands in the field, null: what is saved. */
  const [text, setText] = useState<string | null>(null);
  const [wrong, setWrong] = useState<string | null>(null);
  const focused = useRef(false);
  /** What was saved, or sent to be, when the field was entered or last sent: equal text has nothing to save. */
  const settled = useRef(saved);

  useEffect(() => {
    if (focused.current) return;
    settled.current = saved;
    setText(null);
    setWrong(null);
  }, [saved]);

  async function send(value: string): Promise<void> {
    settled.current = value;
    if (await save(value)) return;
    settled.current = saved;
    setText(null);
  }

  /** Whether there is something under way, so that the text has to stand. */
  function commit(): boolean {
    const value = text === null ? settled.current : read(text);
    setWrong(typeof value === 'string' ? null : value.wrong);
    if (typeof value !== 'string') return true;
    if (value === settled.current) return false;
    void send(value);
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
      if (!commit()) setText(null);
    },
    onKeyDown(event) {
      if (event.key === 'Enter' && !(event.target instanceof HTMLTextAreaElement)) commit();
    },
  };
}
