import type { ReactNode } from 'react';
import styles from './LogBar.module.css';

/** The line over a log with what narrows it; in a narrow window it takes a second one. */
export function LogBar({ children }: { children: ReactNode }) {
  return <div className={styles.bar}>{children}</div>;
}
