import type { ReactNode } from 'react';
import type { State } from '../ipc';
import styles from './Remark.module.css';
import { Shape } from './Shape';

/** Something to know, in a line; with a shape where it is to be minded. */
export function Remark({ state, children }: { state?: State; children: ReactNode }) {
  return (
    <p className={styles.remark} data-plain={state === undefined}>
      {state !== undefined && <Shape state={state} />}
      <span>{children}</span>
    </p>
  );
}
