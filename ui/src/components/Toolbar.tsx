import type { ReactNode } from 'react';
import styles from './Toolbar.module.css';

/** The line below the header with what narrows the page. */
export function Toolbar({ children }: { children: ReactNode }) {
  return <div className={styles.toolbar}>{children}</div>;
}
