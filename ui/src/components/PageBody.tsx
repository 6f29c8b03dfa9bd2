import { useLayoutEffect, useRef, type ReactNode } from 'react';
import { keepPlace } from '../app/keptPlaces';
import styles from './PageBody.module.css';

/** The scrolling part of a page; lists in it are walked with j and k, and one comes back to where one was. */
export function PageBody({ children }: { children: ReactNode }) {
  const body = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => (body.current ? keepPlace(body.current) : undefined), []);
  return (
    <div ref={body} className={styles.body} data-scroll="" data-list="">
      <div className={styles.content}>{children}</div>
    </div>
  );
}

/** The line that answers the page's question. */
export function Sentence({ children }: { children: ReactNode }) {
  return <h2 className={styles.sentence}>{children}</h2>;
}
