/** The one way in which the app interrupts: a short notice at the bottom. */
import { notifications } from '@mantine/notifications';
import type { Notice } from '../board/controller.ts';

const COLOUR = { info: 'gray', good: 'green', warn: 'yellow', bad: 'red' } as const;

export function notify(notice: Notice): void {
  notifications.show({
    title: notice.title,
    message: notice.message ?? '',
    color: COLOUR[notice.tone],
    autoClose: notice.tone === 'bad' || notice.tone === 'warn' ? 9000 : 4000,
    withBorder: true,
    closeButtonProps: { 'aria-label': 'Dismiss' },
  });
}
