import type { ReactNode } from 'react';
import styles from './PageBody.module.css';

/** The scrolling part of a page; lists in it are walked with j and k. */
export function PageBody({ children, bleed = false }: { children: ReactNode; bleed?: boolean }) {
  return (
    <div className={styles.body} data-scroll="" data-list="">
      <div className={bleed ? styles.bleed : styles.content}>{children}</div>
    </div>
  );
}

/** The line that answers the page's question. */
export function Sentence({ children }: { children: ReactNode }) {
  return <h2 className={styles.sentence}>{children}</h2>;
}
