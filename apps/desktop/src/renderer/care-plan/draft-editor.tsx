/** A draft plan: lines to adjust at the left, what that means at the right. */
import type { DeliveryView, PlanView } from '@fieldfare/domain';
import { type LocalDate, weekOfDate } from '@fieldfare/kernel';
import { Button, Menu, TextInput } from '@mantine/core';
import { IconPlus, IconUsers } from '@tabler/icons-react';
import { useState } from 'react';
import { weekLabel } from '../lib/format.ts';
import { problemsText } from '../lib/problems.ts';
import { notify } from '../shell/notify.tsx';
import classes from './care-plan.module.css';
import type { CareSource } from './care-source.ts';
import { DraftLines } from './draft-lines.tsx';
import { Delivery, ReviewSide } from './review-side.tsx';
import { useLineDrafts } from './use-line-drafts.ts';

export function DraftEditor(props: {
  readonly source: CareSource;
  readonly plan: PlanView;
  readonly writable: boolean;
  readonly startsOn: LocalDate;
  readonly colourOf: (service: string) => string;
  /** Everything is saved: on to what signing would do. */
  readonly onSign: () => void;
  readonly onDiscard: () => void;
}) {
  const { source, plan, writable, startsOn, colourOf, onSign, onDiscard } = props;
  const { lines, reason, review, problems, dirty, setLines, setReason, flush } = useLineDrafts(source, plan);
  const [delivery, setDelivery] = useState<readonly DeliveryView[] | null>(null);
  const [looking, setLooking] = useState(false);
  const labels = new Map(plan.services.map(({ service, label }) => [service as string, label]));
  const labelOf = (service: string): string => labels.get(service) ?? service;
  const addable = plan.services.filter(({ service }) => !lines.some((line) => line.service === service));
  const whole = review?.findings.find(({ service }) => service === null);

  function add(service: string): void {
    const choice = addable.find((each) => each.service === service);
    if (!choice) return;
    const { visits, provider } = choice;
    setLines([...lines, { service: choice.service, quantity: 1, visits, provider, mode: 'in-person', reason: '' }]);
  }

  /** A tweak names a quantity; the visits keep their length as long as that divides it, else another round one. */
  function tweak(service: string, quantity: number): void {
    const unit = plan.services.find((each) => each.service === service)?.unit;
    setLines(
      lines.map((line) => {
        if (line.service !== service) return line;
        if (!line.visits) return { ...line, quantity };
        if (unit !== 'hour') return { ...line, visits: { ...line.visits, perWeek: quantity } };
        const each = (quantity * 60) / (line.visits.pairing ? 2 : 1);
        const minutes = [line.visits.minutes, 60, 30, 15].find((length) => each % length === 0) ?? line.visits.minutes;
        return { ...line, visits: { ...line.visits, minutes, perWeek: each / minutes } };
      }),
    );
  }

  async function look(): Promise<void> {
    setLooking(true);
    const saved = await flush();
    const result = saved
      ? await source.delivery({ planId: plan.id, startsOn, beside: [] }, weekOfDate(startsOn))
      : null;
    setLooking(false);
    if (result?.ok) setDelivery(result.value);
    else if (result) notify({ tone: 'bad', title: problemsText(result.problems) });
  }

  return (
    <div className={classes.editor} data-testid="draft">
      <div className={classes.editorMain}>
        <div className={classes.bar}>
          <h2 className={classes.heading}>{plan.axisName}</h2>
          <span className={classes.dim} role="status" data-testid="save-state">
            {dirty ? 'Saving…' : 'Saved on this device'}
          </span>
          <span className={classes.grow} />
          {writable && (
            <>
              <Button variant="default" onClick={onDiscard}>
                Discard
              </Button>
              <Button
                disabled={!review?.acceptable || lines.length === 0}
                onClick={() => void flush().then((saved) => saved && onSign())}
              >
                Review and sign
              </Button>
            </>
          )}
        </div>
        {(problems.length > 0 || plan.reviewProblem !== null) && (
          <div className={classes.notice} data-tone="bad" role="alert">
            {plan.reviewProblem ?? problemsText(problems)}
          </div>
        )}
        {whole && (
          <div className={classes.notice} data-tone={whole.outcome === 'noted' ? 'warn' : 'bad'}>
            <span>{whole.text}</span>
            <TextInput
              size="xs"
              mt={6}
              aria-label="Reason for this bundle"
              placeholder="Why?"
              value={reason}
              maxLength={1000}
              readOnly={!writable}
              onChange={(event) => setReason(event.currentTarget.value)}
            />
          </div>
        )}
        <div className={classes.tableBox}>
          <DraftLines
            lines={lines}
            known={plan.lines}
            review={review}
            readOnly={!writable}
            labelOf={labelOf}
            colourOf={colourOf}
            onChange={setLines}
          />
        </div>
        {writable && (
          <div className={classes.bar}>
            <Menu position="bottom-start" shadow="md">
              <Menu.Target>
                <Button variant="default" leftSection={<IconPlus size={14} />}>
                  Add a service
                </Button>
              </Menu.Target>
              <Menu.Dropdown mah={320} style={{ overflow: 'auto' }}>
                {addable.map(({ service, label }) => (
                  <Menu.Item key={service} onClick={() => add(service)}>
                    {label}
                  </Menu.Item>
                ))}
              </Menu.Dropdown>
            </Menu>
            <Button
              variant="default"
              leftSection={<IconUsers size={14} />}
              loading={looking}
              onClick={() => void look()}
            >
              Who could deliver it?
            </Button>
          </div>
        )}
      </div>
      <aside className={classes.side} aria-label="What it comes to">
        {review && <ReviewSide review={review} onTweak={writable ? tweak : null} />}
        {delivery && <Delivery found={delivery} weekName={weekLabel(weekOfDate(startsOn))} />}
      </aside>
    </div>
  );
}
