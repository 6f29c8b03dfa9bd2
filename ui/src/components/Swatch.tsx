import type { Hue } from '../ipc';
import styles from './Swatch.module.css';

/** A connection's colour. Its name stands beside it. */
export function Swatch({ hue }: { hue: Hue }) {
  return <span className={styles.swatch} style={{ background: `var(--hue-${hue})` }} aria-hidden="true" />;
}
