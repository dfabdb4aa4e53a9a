/** A patient's assessments: those recorded, drafts under way, and what follows from the one that is chosen. */
import type { AssessmentDraft } from '@fieldfare/domain';
import { FORMS, type Form, formOf } from '@fieldfare/domain/assessments';
import { Button, Menu } from '@mantine/core';
import { IconFileImport, IconPencil, IconPlus } from '@tabler/icons-react';
import { useState } from 'react';
import { fullDate } from '../../lib/format.ts';
import { Tag } from '../../shell/tag.tsx';
import type { TabProps } from '../tab-props.ts';
import { instrumentName } from '../wording.ts';
import { AssessmentDetail } from './assessment-detail.tsx';
import classes from './assessments.module.css';
import { AssessmentEntry, freshStart } from './entry.tsx';
import { AssessmentImport } from './import-dialog.tsx';
import type { EntryStart } from './use-entry.ts';

function startOf(draft: AssessmentDraft): EntryStart | null {
  const form = formOf(draft.instrument, draft.formVersion);
  return (
    form && {
      form,
      assessedOn: draft.assessedOn,
      answers: new Map(draft.answers.map(({ code, value }) => [code, value])),
      amends: draft.amends,
      reason: draft.reason,
    }
  );
}

export function AssessmentsTab({ client, regionId, patientId, record }: TabProps) {
  const [entering, setEntering] = useState<EntryStart | null>(null);
  const [importing, setImporting] = useState(false);
  const [chosen, setChosen] = useState<string | null>(null);
  const standing = record.assessments.find(({ supersededBy }) => supersededBy === null);
  const shown = record.assessments.find(({ id }) => id === chosen) ?? standing;

  const begin = (form: Form): void => {
    const draft = record.drafts.find((each) => each.instrument === form.instrument && each.amends === null);
    setEntering((draft && startOf(draft)) ?? freshStart(form, record.today));
  };
  if (entering) {
    return (
      <AssessmentEntry
        client={client}
        regionId={regionId}
        patientId={patientId}
        today={record.today}
        start={entering}
        packs={record.packs}
        onLeave={() => setEntering(null)}
        onDone={(id) => {
          setEntering(null);
          setChosen(id);
        }}
      />
    );
  }
  return (
    <div className={classes.tab}>
      <aside className={classes.list} aria-label="Assessments">
        {record.writable && (
          <div className={classes.actions}>
            <Menu position="bottom-start" width={260} shadow="md" radius="lg">
              <Menu.Target>
                <Button leftSection={<IconPlus size={15} />}>New assessment</Button>
              </Menu.Target>
              <Menu.Dropdown>
                {FORMS.map((form) => (
                  <Menu.Item key={form.name} onClick={() => begin(form)}>
                    {form.name}
                  </Menu.Item>
                ))}
              </Menu.Dropdown>
            </Menu>
            <Button variant="default" leftSection={<IconFileImport size={15} />} onClick={() => setImporting(true)}>
              Import
            </Button>
          </div>
        )}
        {record.drafts.length > 0 && (
          <ul className={classes.items} data-testid="drafts">
            {record.drafts.map((draft) => (
              <li key={draft.id}>
                <button
                  type="button"
                  className={classes.entry}
                  onClick={() => {
                    const start = startOf(draft);
                    if (start) setEntering(start);
                  }}
                >
                  <IconPencil size={15} />
                  <span>
                    <strong>{instrumentName(draft.instrument)}</strong>
                    <span>
                      {draft.amends === null ? 'Draft' : 'Draft amendment'}, {draft.answers.length} answers
                    </span>
                  </span>
                </button>
              </li>
            ))}
          </ul>
        )}
        {record.assessments.length === 0 && record.drafts.length === 0 && (
          <p className={classes.none}>No assessment yet. Enter one by item code, or import a file.</p>
        )}
        <ul className={classes.items} data-testid="assessments">
          {record.assessments.map((each) => (
            <li key={each.id}>
              <button
                type="button"
                className={classes.entry}
                aria-current={each.id === shown?.id || undefined}
                data-superseded={each.supersededBy !== null || undefined}
                data-assessment-id={each.id}
                onClick={() => setChosen(each.id)}
              >
                <span>
                  <strong>
                    {instrumentName(each.instrument)} {each.formVersion}
                  </strong>
                  <span className="ff-num">{fullDate(each.assessedOn)}</span>
                </span>
                {each.supersededBy !== null ? (
                  <Tag tone="plain">amended</Tag>
                ) : each.supersedes !== null ? (
                  <Tag tone="info">amendment</Tag>
                ) : null}
              </button>
            </li>
          ))}
        </ul>
      </aside>
      {shown ? (
        <AssessmentDetail
          key={shown.id}
          client={client}
          regionId={regionId}
          patientId={patientId}
          summary={shown}
          writable={record.writable}
          onAmend={(view) => {
            const draft = record.drafts.find(({ amends }) => amends === view.id);
            const form = formOf(view.instrument, view.formVersion);
            if (!form) return;
            const answers = new Map(view.answers.map(({ code, value }) => [code, value]));
            const start = { form, assessedOn: view.assessedOn, answers, amends: view.id, reason: '' };
            setEntering((draft && startOf(draft)) ?? start);
          }}
        />
      ) : (
        <div />
      )}
      {importing && (
        <AssessmentImport
          client={client}
          regionId={regionId}
          patient={record.patient}
          onClose={() => setImporting(false)}
        />
      )}
    </div>
  );
}
