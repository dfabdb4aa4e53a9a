/** A part of the page that scrolls by itself: whoever has no mouse reaches it with Tab and moves it with the arrows. */
import type { ReactNode } from 'react';

export function ScrollBox(props: {
  readonly label: string;
  readonly className: string | undefined;
  /** Beside the page's main content. */
  readonly aside?: boolean;
  readonly children: ReactNode;
}) {
  const { label, className, aside = false, children } = props;
  const Part = aside ? 'aside' : 'section';
  return (
    <Part tabIndex={0} aria-label={label} className={className} data-scroll>
      {children}
    </Part>
  );
}
