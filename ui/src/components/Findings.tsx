import type { State } from '../ipc';
import styles from './Findings.module.css';
import { Shape } from './Shape';

export type Finding = { state: State; text: string };

/** What was found, line by line, as it is found. */
export function Findings({ findings, label }: { findings: Finding[]; label: string }) {
  return (
    <ul className={styles.findings} aria-live="polite" aria-label={label}>
      {findings.map(({ state, text }) => (
        <li key={text} className={styles.finding}>
          <Shape state={state} labelled={state !== 'progress'} />
          <span className={styles.text}>{text}</span>
        </li>
      ))}
    </ul>
  );
}
