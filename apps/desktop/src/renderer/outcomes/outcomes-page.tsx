/** How the weeks of a region went and will go: each measure over six weeks, with what it was made of. */
import { OUTCOMES, type OutcomesOfWeek, type OutcomeWording } from '@fieldfare/domain';
import { addWeeks, daysOfWeek, type IsoWeek } from '@fieldfare/kernel';
import type { WorkspaceClient } from '@fieldfare/workspace/client';
import { ActionIcon, Button } from '@mantine/core';
import { IconChevronLeft, IconChevronRight, IconMinus, IconTrendingDown, IconTrendingUp } from '@tabler/icons-react';
import { useCallback, useMemo } from 'react';
import { dayMonth, plural } from '../lib/format.ts';
import { useFeed } from '../lib/use-feed.ts';
import { Pending, PlaceBar, PlaceTitle } from '../shell/place-bar.tsx';
import { RegionPicker } from '../shell/region-picker.tsx';
import { BundleChoices } from './bundle-choices.tsx';
import { DrivingFigures } from './driving-figures.tsx';
import classes from './outcomes.module.css';
import { Priorities } from './priorities.tsx';

/** Weeks before the chosen one, and after it. */
const BEFORE = 4;
const AFTER = 1;

interface Props {
  readonly client: WorkspaceClient;
  readonly regionId: string;
  readonly zone: string;
  /** The week of today in the region's zone. */
  readonly thisWeek: IsoWeek;
  /** The last week but one that is shown. */
  readonly week: IsoWeek;
  readonly onRegion: (regionId: string) => void;
  readonly onWeek: (week: IsoWeek) => void;
  /** Opens a week on the board. */
  readonly onBoard: (week: IsoWeek) => void;
}

export function OutcomesPage(props: Props) {
  const { client, regionId, thisWeek, week, onRegion, onWeek, onBoard } = props;
  const weeks = useMemo(
    () => Array.from({ length: BEFORE + 1 + AFTER }, (_, index) => addWeeks(week, index - BEFORE)),
    [week],
  );
  const { value: outcomes, problems } = useFeed<readonly OutcomesOfWeek[]>(
    useCallback(
      (callbacks) => client.insights.weekEvents.subscribe({ regionId, weeks: [...weeks] }, callbacks),
      [client, regionId, weeks],
    ),
  );
  return (
    <>
      <PlaceBar>
        <RegionPicker regionId={regionId} onPick={onRegion} />
        <PlaceTitle>Outcomes</PlaceTitle>
        <div className={classes.steps}>
          <ActionIcon aria-label="Earlier weeks" onClick={() => onWeek(addWeeks(week, -BEFORE))}>
            <IconChevronLeft size={18} />
          </ActionIcon>
          <ActionIcon aria-label="Later weeks" onClick={() => onWeek(addWeeks(week, BEFORE))}>
            <IconChevronRight size={18} />
          </ActionIcon>
          {week !== thisWeek && (
            <Button variant="default" onClick={() => onWeek(thisWeek)}>
              This week
            </Button>
          )}
        </div>
      </PlaceBar>
      <main className={classes.body}>
        {outcomes ? (
          <>
            <Table outcomes={outcomes} thisWeek={thisWeek} onBoard={onBoard} />
            <Priorities client={client} regionId={regionId} weeks={weeks} />
          </>
        ) : (
          <Pending problems={problems} />
        )}
        {outcomes && <BundleChoices key={regionId} client={client} regionId={regionId} />}
        {outcomes && <DrivingFigures client={client} regionId={regionId} zone={props.zone} />}
      </main>
    </>
  );
}

function Table(props: {
  readonly outcomes: readonly OutcomesOfWeek[];
  readonly thisWeek: IsoWeek;
  readonly onBoard: (week: IsoWeek) => void;
}) {
  const { outcomes, thisWeek, onBoard } = props;
  return (
    <table className={classes.table} data-testid="outcomes">
      <thead>
        <tr>
          <th scope="col">Measure</th>
          {outcomes.map(({ week, visits }) => {
            const [monday = '', sunday = ''] = [daysOfWeek(week)[0], daysOfWeek(week)[6]];
            return (
              <th key={week} scope="col" data-now={week === thisWeek || undefined}>
                <button type="button" className={classes.week} onClick={() => onBoard(week)}>
                  {week === thisWeek ? 'This week' : `Week ${Number(week.slice(6))}`}
                </button>
                <span className={classes.detail}>
                  {dayMonth(monday)}–{dayMonth(sunday)}
                </span>
                <span className={classes.detail}>{visits === 0 ? 'no visits' : plural(visits, 'visit')}</span>
              </th>
            );
          })}
        </tr>
      </thead>
      <tbody>
        {OUTCOMES.map((wording) => (
          <tr key={wording.key}>
            <th scope="row">
              <span className={classes.label}>{wording.label}</span>
              <span className={classes.meaning}>{wording.meaning}</span>
            </th>
            {outcomes.map((week, index) => (
              <td key={week.week} data-now={week.week === thisWeek || undefined}>
                <span className={classes.figure}>
                  {wording.text(week)}
                  <Trend wording={wording} before={outcomes[index - 1]} now={week} />
                </span>
                {week.visits > 0 && <span className={classes.detail}>{wording.detail(week)}</span>}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** Changes below this part of the value before are shown as none. */
const NOTEWORTHY = 0.05;

function Trend(props: {
  readonly wording: OutcomeWording;
  readonly before: OutcomesOfWeek | undefined;
  readonly now: OutcomesOfWeek;
}) {
  const { wording, before, now } = props;
  if (!before || before.visits === 0 || now.visits === 0) return null;
  const [old, value] = [wording.value(before), wording.value(now)];
  if (old === null || value === null) return null;
  const change = value - old;
  if (Math.abs(change) <= NOTEWORTHY * Math.abs(old)) {
    return <IconMinus size={14} className={classes.steady} aria-label="as the week before" role="img" />;
  }
  const Icon = change > 0 ? IconTrendingUp : IconTrendingDown;
  const good = wording.better === null ? null : change > 0 === (wording.better === 'high');
  const judgement = good === null ? '' : good ? ', better' : ', worse';
  return (
    <Icon
      size={15}
      role="img"
      aria-label={`${change > 0 ? 'more' : 'less'} than the week before${judgement}`}
      className={good === null ? classes.steady : good ? classes.better : classes.worse}
    />
  );
}
