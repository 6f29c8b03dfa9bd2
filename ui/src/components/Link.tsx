import type { AnchorHTMLAttributes, MouseEvent, ReactNode } from 'react';
import { go, goInstead, history } from '../app/navigation';

type Props = Omit<AnchorHTMLAttributes<HTMLAnchorElement>, 'href'> & {
  to: string;
  /** Takes the place of the page in the history: there is no step to come back to. */
  instead?: boolean;
  children: ReactNode;
};

/** A link to a page of the app. */
export function Link({ to, instead = false, children, onClick, ...rest }: Props) {
  return (
    <a
      {...rest}
      href={history.createHref(to)}
      draggable={false}
      onClick={(event) => {
        onClick?.(event);
        follow(event, to, instead ? goInstead : go);
      }}
    >
      {children}
    </a>
  );
}

/** What a click on a plain link of the app does; for lists that render links without components. */
export function follow(event: MouseEvent, to: string, move = go): void {
  if (event.defaultPrevented) return;
  event.preventDefault();
  move(to);
}
