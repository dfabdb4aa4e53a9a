/** Organisations that deliver visits for us, and what was agreed with each. An administrator may change it. */
import type { Partner, PartnersView } from '@fieldfare/domain';
import type { WorkspaceClient } from '@fieldfare/workspace/client';
import { ActionIcon, Badge, Button, Tooltip } from '@mantine/core';
import { IconArrowLeft, IconEye, IconPlus } from '@tabler/icons-react';
import { useCallback, useState } from 'react';
import { cents, hours, plural } from '../lib/format.ts';
import { useFeed } from '../lib/use-feed.ts';
import { useApp } from '../shell/app-context.tsx';
import { Pending, PlaceBar, PlaceNote, PlaceTitle } from '../shell/place-bar.tsx';
import { Tag } from '../shell/tag.tsx';
import { useUndoKeys } from '../shell/use-undo-keys.ts';
import { PartnerDialog } from './partner-dialog.tsx';
import classes from './partners.module.css';

const listed = (names: readonly string[], none: string): string => (names.length === 0 ? none : names.join(', '));

/** "At most 120 h a week in each region · 3 days’ notice · $42.00 an hour" */
function termsOf({ capacityMinutes, noticeDays, centsAnHour }: Partner): string {
  return [
    typeof capacityMinutes === 'number' ? `at most ${hours(capacityMinutes)} h a week in each region` : 'any hours',
    noticeDays ? `${plural(noticeDays, 'day')} of notice` : 'no notice',
    centsAnHour ? `${cents(centsAnHour)} an hour` : 'no price',
  ].join(' · ');
}

export function PartnersPage(props: { readonly client: WorkspaceClient; readonly onBack: () => void }) {
  const { client } = props;
  const { org } = useApp();
  const { value: view, problems } = useFeed<PartnersView>(
    useCallback((callbacks) => client.partners.events.subscribe(undefined, callbacks), [client]),
  );
  /** The one in the form; null: another one. */
  const [editing, setEditing] = useState<Partner | null | 'none'>('none');
  useUndoKeys();
  const regionNames = new Map(org.regions.map(({ id, name }) => [id, name]));
  const serviceNames = new Map(view?.services.map(({ code, name }) => [code, name]));
  return (
    <>
      <PlaceBar
        end={
          view?.writable && (
            <Button leftSection={<IconPlus size={15} />} onClick={() => setEditing(null)}>
              Add partner
            </Button>
          )
        }
      >
        <Tooltip label="All staff">
          <ActionIcon aria-label="All staff" onClick={props.onBack}>
            <IconArrowLeft size={18} />
          </ActionIcon>
        </Tooltip>
        <PlaceTitle>Partners</PlaceTitle>
        {view && <PlaceNote>{plural(view.partners.length, 'organisation')}</PlaceNote>}
        {view && !view.writable && (
          <Badge variant="light" color="gray" leftSection={<IconEye size={12} />}>
            Read only
          </Badge>
        )}
      </PlaceBar>
      <main className={classes.body}>
        {view === null ? (
          <Pending problems={problems} />
        ) : (
          <div className={classes.page} data-testid="partners">
            <p className={classes.lead}>
              The scheduler holds partners to what was agreed: services and regions, hours a week, days of notice. Their
              carers stand on the roster with “Works for” set to the organisation.
              {!view.writable && ' An administrator may change what was agreed.'}
            </p>
            {view.partners.length === 0 && <p className={classes.lead}>No partners yet.</p>}
            <ul className={classes.list}>
              {view.partners.map((partner) => (
                <li key={partner.id} className={classes.partner} data-partner-id={partner.id}>
                  <div className={classes.what}>
                    <strong>{partner.name}</strong>
                    {!partner.active && <Tag tone="plain">contract over</Tag>}
                    <span className={classes.dim}>{partner.phone}</span>
                  </div>
                  <div className={classes.dim}>
                    {listed(
                      partner.serviceCodes.map((code) => serviceNames.get(code) ?? code),
                      'no services',
                    )}
                  </div>
                  <div className={classes.dim}>
                    {listed(
                      partner.regionIds.map((id) => regionNames.get(id) ?? 'another region'),
                      'no regions',
                    )}
                  </div>
                  <div className={classes.dim}>{termsOf(partner)}</div>
                  {view.writable && (
                    <Button
                      className={classes.change ?? ''}
                      variant="default"
                      aria-label={`Change ${partner.name}`}
                      onClick={() => setEditing(partner)}
                    >
                      Change
                    </Button>
                  )}
                </li>
              ))}
            </ul>
          </div>
        )}
      </main>
      {view && editing !== 'none' && (
        <PartnerDialog client={client} view={view} partner={editing} onClose={() => setEditing('none')} />
      )}
    </>
  );
}
