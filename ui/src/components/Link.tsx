import type { AnchorHTMLAttributes, MouseEvent, ReactNode } from 'react';
import { go, history } from '../app/navigation';

type Props = Omit<AnchorHTMLAttributes<HTMLAnchorElement>, 'href'> & { to: string; children: ReactNode };

/** A link to a page of the app. */
export function Link({ to, children, onClick, ...rest }: Props) {
  return (
    <a
      {...rest}
      href={history.createHref(to)}
      draggable={false}
      onClick={(event) => {
        onClick?.(event);
        follow(event, to);
      }}
    >
      {children}
    </a>
  );
}

/** What a click on a plain link of the app does; for lists that render links without components. */
export function follow(event: MouseEvent, to: string): void {
  if (event.defaultPrevented) return;
  event.preventDefault();
  go(to);
}
