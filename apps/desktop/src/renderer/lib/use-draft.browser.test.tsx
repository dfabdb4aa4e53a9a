import { createRoot, type Root } from 'react-dom/client';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { userEvent } from 'vitest/browser';
import { useDraft } from './use-draft.ts';

/** A field over a whole number from 5, and everything it saved. */
let saves: string[];
let answer: (done: boolean) => void;
let root: Root;
let host: HTMLElement;

function Field({ saved }: { readonly saved: string }) {
  const { error, ...draft } = useDraft({
    saved,
    read: (text) => (Number(text) >= 5 ? String(Number(text)) : { wrong: 'from 5' }),
    save(text) {
      saves.push(text);
      return new Promise((resolve) => {
        answer = resolve;
      });
    },
  });
  return (
    <>
      <input aria-label="Minutes" {...draft} />
      <output>{error}</output>
    </>
  );
}

const field = (): HTMLInputElement => host.querySelector('input') as HTMLInputElement;
const reason = (): string => host.querySelector('output')?.textContent ?? '';
const show = async (saved: string): Promise<void> => {
  root.render(<Field saved={saved} />);
  await expect.poll(() => host.querySelector('input')).toBeTruthy();
  await new Promise((resolve) => setTimeout(resolve, 30));
};
/** Tab would go round and come back: there is no other field. */
const leave = async (): Promise<void> => {
  field().blur();
  await new Promise((resolve) => setTimeout(resolve, 30));
};
const write = async (text: string): Promise<void> => userEvent.fill(field(), text);

beforeEach(async () => {
  saves = [];
  host = document.body.appendChild(document.createElement('div'));
  root = createRoot(host);
  await show('30');
});
afterEach(() => {
  root.unmount();
  host.remove();
});

describe('a text field that saves itself', () => {
  it('saves when it is left, and shows what was typed until the saved value is back', async () => {
    await write('45');
    await userEvent.tab();
    expect(saves).toEqual(['45']);
    expect(field().value).toBe('45');
    answer(true);
    await show('45');
    expect(field().value).toBe('45');
    await show('50');
    expect(field().value).toBe('50');
  });

  it('saves on Enter without leaving, once', async () => {
    await write('45');
    await userEvent.keyboard('{Enter}');
    expect(saves).toEqual(['45']);
    expect(document.activeElement).toBe(field());
    answer(true);
    await show('45');
    await userEvent.tab();
    expect(saves).toEqual(['45']);
    expect(field().value).toBe('45');
  });

  it('keeps its text while others save, and saves only what was changed', async () => {
    field().focus();
    await show('60');
    expect(field().value).toBe('30');
    await userEvent.tab();
    expect(saves).toEqual([]);
    await expect.poll(() => field().value).toBe('60');
  });

  it('keeps a text that cannot be saved, with the reason, until it is put right', async () => {
    await write('3');
    await userEvent.tab();
    await expect.poll(reason).toBe('from 5');
    expect(field().value).toBe('3');
    expect(saves).toEqual([]);
    await write('35');
    await userEvent.tab();
    await expect.poll(reason).toBe('');
    expect(saves).toEqual(['35']);
  });

  it('shows what is saved again when a save is refused', async () => {
    await write('45');
    await userEvent.tab();
    answer(false);
    await expect.poll(() => field().value).toBe('30');
  });

  it('shows what was typed last when an earlier save comes back late, and what others save at once', async () => {
    await write('45');
    await leave();
    answer(true);
    await write('50');
    await leave();
    answer(true);
    expect(saves).toEqual(['45', '50']);
    await show('45');
    expect(field().value).toBe('50');
    field().focus();
    await leave(); // left as it was: nothing to save, and still awaited
    expect(field().value).toBe('50');
    await show('50');
    await show('60');
    expect(field().value).toBe('60');
    await write('65');
    await leave();
    answer(true);
    await show('70'); // a colleague's, which is newer
    await expect.poll(() => field().value).toBe('70');
    expect(saves).toEqual(['45', '50', '65']);
  });

  it('keeps what is typed on while an earlier text is refused, and saves it', async () => {
    await write('45');
    await userEvent.tab();
    const refuse = answer;
    await write('50');
    refuse(false);
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(field().value).toBe('50');
    await userEvent.tab();
    expect(saves).toEqual(['45', '50']);
  });
});
