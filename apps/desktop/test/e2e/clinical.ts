/** What the journeys through patients' records share. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What axe holds against the page. Run from outside: the page's own policy lets no script in. */
export async function faults(page: Page): Promise<string[]> {
  // What is on its way in or out is see-through, and so has no contrast to speak of yet.
  await page.evaluate(async () => {
    const moving = document.getAnimations().filter(({ effect }) => effect?.getComputedTiming().endTime !== Infinity);
    await Promise.allSettled(moving.map(({ finished }) => finished));
  });
  await page.evaluate(axeSource);
  return await page.evaluate(async () => {
    const { axe } = window as unknown as {
      axe: {
        configure(how: object): void;
        run(where: Element, how: object): Promise<{ violations: { id: string; nodes: { target: unknown[] }[] }[] }>;
      };
    };
    // The sync pill's region and the like: names of what is no control are not what people say to reach it.
    axe.configure({ rules: [{ id: 'label-content-name-mismatch', selector: 'button, a' }] });
    const { violations } = await axe.run(document.body, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'] });
    return violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id}: ${target.join(' ')}`));
  });
}

const item = (linkId: string, valueInteger: number) => ({ linkId, answer: [{ valueInteger }] });
/** A completed contact assessment as a FHIR file. */
export const contact = (reference: string, decision: number) =>
  JSON.stringify({
    resourceType: 'QuestionnaireResponse',
    questionnaire: 'http://ontariohealth.ca/fhir/iar/Questionnaire/oh-interrai-contact-assessment|10.0.1_OH',
    status: 'completed',
    subject: { identifier: { value: reference } },
    authored: '2026-01-05T09:30:00-05:00',
    item: [
      item('C1', decision),
      ...['C2a', 'C2b', 'C2c', 'C2d', 'C2e'].map((code) => item(code, 1)),
      ...['D3a', 'D3b', 'D3c', 'D3d'].map((code) => item(code, 1)),
      item('D19b', 1),
    ],
  });

/** Gives a file to the open dialog. */
export async function giveFile(page: Page, name: string, text: string): Promise<void> {
  const [chooser] = await Promise.all([
    page.waitForEvent('filechooser'),
    page
      .getByRole('dialog')
      .getByRole('button', { name: /^Choose/ })
      .click(),
  ]);
  await chooser.setFiles({ name, mimeType: 'text/plain', buffer: Buffer.from(text) });
}
