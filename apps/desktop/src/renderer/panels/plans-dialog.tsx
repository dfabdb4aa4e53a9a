/** "Compare plans…": the same week planned with different aims, side by side; one of them becomes the proposal. */
import { compareFigure, FIGURES, type PlanFacts, type WeekScenario } from '@fieldfare/domain';
import { Button, Modal, Progress, Switch } from '@mantine/core';
import { useController, useUi } from '../board/context.tsx';
import type { PlansState } from '../board/plans.ts';
import { cx } from '../lib/cx.ts';
import { plural } from '../lib/format.ts';
import { useObservable } from '../lib/observable.ts';
import { problemsText } from '../lib/problems.ts';
import { Tag } from '../shell/tag.tsx';
import classes from './plans-dialog.module.css';

const praiseOf = (key: string): string => FIGURES.find((figure) => figure.key === key)?.praise ?? key;

function Card(props: {
  readonly plan: WeekScenario;
  readonly plans: readonly WeekScenario[];
  readonly onTake: () => void;
}) {
  const { plan, plans, onTake } = props;
  const { placements, unplaced } = plan.proposal;
  const other = plan.dominatedBy === null ? undefined : plans[plan.dominatedBy];
  return (
    <article className={classes.card} aria-label={plan.title} data-dominated={other !== undefined || undefined}>
      <h3>{plan.title}</h3>
      <p className={classes.about}>{plan.about}</p>
      <dl className={classes.counts}>
        <div>
          <dd>{placements.length - plan.moved}</dd>
          <dt>placed</dt>
        </div>
        <div>
          <dd>{plan.moved}</dd>
          <dt>moved</dt>
        </div>
        <div>
          <dd>{unplaced.length}</dd>
          <dt>left out</dt>
        </div>
      </dl>
      <div className={classes.marks}>
        {plan.best.map((key) => (
          <Tag key={key} tone="good">
            {praiseOf(key)}
          </Tag>
        ))}
        {other && (
          <span className={classes.needless}>“{other.title}” is as good on every figure, and better on one.</span>
        )}
      </div>
      <Button
        variant={other ? 'default' : 'light'}
        disabled={placements.length === 0}
        onClick={onTake}
        aria-label={`Review ${plan.title}`}
      >
        {placements.length === 0 ? 'Nothing to change' : 'Review this plan'}
      </Button>
    </article>
  );
}

/** Better or worse than the week as it stands; nothing where it reads the same. */
function Cell(props: {
  readonly figure: (typeof FIGURES)[number];
  readonly plan: WeekScenario;
  readonly base: PlanFacts;
}) {
  const { figure, plan, base } = props;
  const compared = compareFigure(figure, plan, base);
  const best = plan.best.includes(figure.key);
  const word = compared === -1 ? 'better than now' : compared === 1 ? 'worse than now' : '';
  return (
    <td data-best={best || undefined}>
      {figure.text(plan)}
      {word !== '' && (
        <span
          className={cx(classes.trend, compared === -1 ? classes.better : classes.worse)}
          role="img"
          aria-label={best ? `${word}, best of all` : word}
        >
          {compared === -1 ? '▲' : '▼'}
        </span>
      )}
    </td>
  );
}

function Table({ found }: { readonly found: NonNullable<PlansState['found']> }) {
  const { base, plans } = found;
  return (
    <div className={classes.tableFrame}>
      <table className={classes.table}>
        <thead>
          <tr>
            <th scope="col">The week as it would be</th>
            <th scope="col">Now</th>
            {plans.map(({ key, title }) => (
              <th key={key} scope="col">
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {FIGURES.map((figure) => (
            <tr key={figure.key}>
              <th scope="row" title={figure.meaning}>
                {figure.label}
              </th>
              <td>{figure.text(base)}</td>
              {plans.map((plan) => (
                <Cell key={plan.key} figure={figure} plan={plan} base={base} />
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      <p className={classes.legend}>
        <span className={classes.better}>▲</span> better and <span className={classes.worse}>▼</span> worse than the
        week as it stands; the best of all plans is framed.
      </p>
    </div>
  );
}

function Running({ state }: { readonly state: PlansState }) {
  const { plans } = useController();
  const { progress } = state;
  const share = progress ? (100 * (progress.index + progress.share)) / progress.count : 0;
  return (
    <div className={classes.running}>
      <div className={classes.runningText}>
        {progress
          ? `Working out “${progress.title}”, ${progress.index + 1} of ${progress.count}`
          : 'Laying out the week'}
      </div>
      <Progress value={share} aria-label="Plans worked out" animated striped size="sm" className={classes.bar ?? ''} />
      <Button variant="default" disabled={progress === null} loading={state.finishing} onClick={plans.finish}>
        Enough
      </Button>
      <Button variant="subtle" color="gray" onClick={plans.drop}>
        Cancel
      </Button>
    </div>
  );
}

function Body({ onClose }: { readonly onClose: () => void }) {
  const controller = useController();
  const { plans, auto } = controller;
  const state = useObservable(plans.state);
  const { phase, mayMove, found } = state;
  return (
    <div className={classes.body} data-testid="plans">
      <div className={classes.controls}>
        <Switch
          size="xs"
          label="Placed visits may move too"
          description="Not pinned ones, nor days that are over"
          checked={mayMove}
          disabled={phase === 'running'}
          onChange={(event) => plans.start(event.currentTarget.checked)}
        />
        <span className={classes.grow} />
        {phase === 'running' ? (
          <Running state={state} />
        ) : (
          <Button variant="default" onClick={() => plans.start(mayMove)}>
            {found ? 'Work out again' : 'Work out plans'}
          </Button>
        )}
      </div>
      {phase === 'failed' && (
        <p className={classes.problem} role="alert">
          {problemsText(state.problems)}
        </p>
      )}
      {found ? (
        <>
          <div className={classes.cards}>
            {found.plans.map((plan) => (
              <Card
                key={plan.key}
                plan={plan}
                plans={found.plans}
                onTake={() => {
                  const others = found.plans.filter(({ key }) => key !== plan.key);
                  auto.show(
                    plan.proposal,
                    'scenario',
                    others.map(({ proposal }) => proposal),
                  );
                  controller.showPanel({ kind: 'proposal' });
                  onClose();
                }}
              />
            ))}
          </div>
          <Table found={found} />
        </>
      ) : (
        <p className={classes.empty}>
          Each plan starts from the week as it stands and cares most for one thing. Nothing changes: review one on the
          board and accept it, or close this.
        </p>
      )}
      <span role="status" className={classes.status}>
        {phase === 'done' && found ? `${plural(found.plans.length, 'plan')} worked out.` : ''}
      </span>
    </div>
  );
}

export function PlansDialog() {
  const controller = useController();
  const open = useUi((ui) => ui.comparing);
  const close = (): void => controller.askPlans(false);
  return (
    <Modal opened={open} onClose={close} title="Compare plans" size="min(1180px, 96vw)">
      <Body onClose={close} />
    </Modal>
  );
}
