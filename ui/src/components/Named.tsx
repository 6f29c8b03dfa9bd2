import { oneLine } from '../app/printable';
import styles from './Named.module.css';

/** A name or a text that people typed elsewhere: on one line, and inert whatever is in it. */
export function Named({ text, mono = false }: { text: string; mono?: boolean }) {
  const shown = oneLine(text);
  return (
    <bdi className={styles.named} data-mono={mono} title={shown}>
      {shown}
    </bdi>
  );
}
