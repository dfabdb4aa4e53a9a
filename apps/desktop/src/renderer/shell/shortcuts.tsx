import { Modal } from '@mantine/core';
import { Fragment } from 'react';
import classes from './shell.module.css';

const GROUPS: readonly { readonly title: string; readonly keys: readonly (readonly [string, readonly string[]])[] }[] =
  [
    {
      title: 'On the board',
      keys: [
        ['Move between visits and days', ['←', '↑', '→', '↓']],
        ['Open visit', ['Enter']],
        ['Pick up, then choose a place with the arrows', ['Space']],
        ['Pick up one of two carers’ visits alone', ['Shift', 'Space']],
        ['Drag one of two carers’ visits alone', ['Shift']],
        ['Move to…', ['M']],
        ['Unassign', ['U']],
        ['Pin or unpin', ['P']],
        ['First and last day', ['Home', 'End']],
        ['Five carers up or down', ['Page Up', 'Page Down']],
      ],
    },
    {
      title: 'Entering an assessment',
      keys: [
        ['Next and previous item', ['↓', '↑']],
        ['Answer and go on', ['0 – 9']],
        ['Clear the answer', ['Backspace']],
        ['Next section', ['Page Down']],
      ],
    },
    {
      title: 'Everywhere',
      keys: [
        ['Undo', ['Ctrl', 'Z']],
        ['Redo', ['Ctrl', 'Shift', 'Z']],
        ['Search unscheduled visits', ['/']],
        ['Previous and next week', ['[', ']']],
        ['This week', ['T']],
        ['Close panel', ['Esc']],
        ['Lock', ['Ctrl', 'L']],
        ['This list', ['?']],
      ],
    },
  ];

export function Shortcuts({ opened, onClose }: { readonly opened: boolean; readonly onClose: () => void }) {
  return (
    <Modal opened={opened} onClose={onClose} title="Keyboard shortcuts" size={440} centered>
      <dl className={classes.shortcuts}>
        {GROUPS.map(({ title, keys }) => (
          <Fragment key={title}>
            <h3>{title}</h3>
            {keys.map(([what, combination]) => (
              <Fragment key={what}>
                <dt>{what}</dt>
                <dd>
                  {combination.map((key) => (
                    <kbd key={key} className={classes.kbd}>
                      {key}
                    </kbd>
                  ))}
                </dd>
              </Fragment>
            ))}
          </Fragment>
        ))}
      </dl>
    </Modal>
  );
}
