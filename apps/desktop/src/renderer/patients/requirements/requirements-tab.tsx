/** What a patient needs each week: the visits of every planned week come from here. */
import type { Requirement, RequirementsView } from '@fieldfare/domain';
import { Button } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useCallback, useState } from 'react';
import { fullDate, plural } from '../../lib/format.ts';
import { useFeed } from '../../lib/use-feed.ts';
import { Pending } from '../../shell/place-bar.tsx';
import { Tag } from '../../shell/tag.tsx';
import type { TabProps } from '../tab-props.ts';
import { NeedDialog } from './need-dialog.tsx';
import classes from './requirements.module.css';
import { CONTINUITY_NAMES, carersText, frequencyText, PRIORITY_NAMES, PROVIDER_NAMES, windowsText } from './wording.ts';

/** What is special about it, in words. */
function detailsOf(row: Requirement, view: RequirementsView): readonly string[] {
  const carer = view.services
    .flatMap(({ carers }) => carers)
    .find(({ staffId }) => staffId === row.preferredStaffId)?.name;
  return [
    carersText(row),
    row.providerPreference === 'any' ? '' : PROVIDER_NAMES[row.providerPreference],
    row.preferredStaffId === null ? '' : `prefers ${carer ?? 'somebody who is no longer here'}`,
    row.skills?.length ? `asks for ${row.skills.join(', ')}` : '',
    row.continuity && row.continuity !== 'usual'
      ? `same carers: ${CONTINUITY_NAMES[row.continuity].toLowerCase()}`
      : '',
  ].filter(Boolean);
}

function period({ startsOn, endsOn }: Requirement, today: string): string {
  const since = startsOn > today ? `from ${fullDate(startsOn)}` : `since ${fullDate(startsOn)}`;
  return endsOn === null ? since : `${since}, until ${fullDate(endsOn)}`;
}

export function RequirementsTab({ client, regionId, patientId }: TabProps) {
  const { value: view, problems } = useFeed<RequirementsView>(
    useCallback(
      (callbacks) => client.scheduling.requirements.subscribe({ regionId, patientId }, callbacks),
      [client, regionId, patientId],
    ),
  );
  /** The row in the form; null: another need. */
  const [editing, setEditing] = useState<Requirement | null | 'none'>('none');
  if (!view) return <Pending problems={problems} />;
  const names = new Map(view.services.map((service) => [service.code, service]));
  return (
    <div className={classes.tab} data-testid="requirements">
      {view.rows.length === 0 && (
        <p className={classes.lead}>
          {view.past > 0 ? 'Nothing is needed any more.' : 'Nothing is known yet of what is needed each week.'}
          {view.writable && ' Add it here, sign a care plan, or import it from a CSV file.'}
        </p>
      )}
      <ul className={classes.list}>
        {view.rows.map((row) => {
          const service = names.get(row.serviceCode);
          return (
            <li key={row.id} className={classes.need} data-colour={service?.colour} data-service={row.serviceCode}>
              <div className={classes.what}>
                <strong>{service?.name ?? row.serviceCode}</strong>
                <span className="ff-num">{frequencyText(row)}</span>
                {row.priority !== 'routine' && (
                  <Tag tone={row.priority === 'urgent' ? 'bad' : 'warn'}>{PRIORITY_NAMES[row.priority]}</Tag>
                )}
                {row.startsOn > view.today && <Tag tone="info">to come</Tag>}
              </div>
              <div className={classes.dim}>{windowsText(row)}</div>
              <div className={classes.dim}>{[...detailsOf(row, view), period(row, view.today)].join(' · ')}</div>
              {view.writable && (
                <Button
                  className={classes.change ?? ''}
                  variant="default"
                  aria-label={`Change ${service?.name ?? row.serviceCode}`}
                  onClick={() => setEditing(row)}
                >
                  Change
                </Button>
              )}
            </li>
          );
        })}
      </ul>
      <div className={classes.foot}>
        {view.writable && (
          <Button leftSection={<IconPlus size={15} />} variant="default" onClick={() => setEditing(null)}>
            Add need
          </Button>
        )}
        {view.past > 0 && <span className={classes.hint}>{plural(view.past, 'need')} ended before today</span>}
      </div>
      {editing !== 'none' && (
        <NeedDialog
          client={client}
          regionId={regionId}
          patientId={patientId}
          view={view}
          row={editing}
          onClose={() => setEditing('none')}
        />
      )}
    </div>
  );
}
