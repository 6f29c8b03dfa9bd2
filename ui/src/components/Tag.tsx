import { middle } from '../app/image';
import styles from './Tag.module.css';

/** A key, a tag or an image, in mono and shortened in the middle; the whole of it on hover. */
export function Tag({ text, length = 24 }: { text: string; length?: number }) {
  const short = middle(text, length);
  return (
    <span className={styles.tag} title={short === text ? undefined : text}>
      {short}
    </span>
  );
}

/** "1.3.9 → 1.4.0" */
export function Change({
  from,
  to,
  length = 18,
}: {
  from: string | null;
  to: string | null;
  length?: number;
}) {
  return (
    <span className={styles.tag}>
      {from !== null && from !== to && (
        <>
          <Tag text={from} length={length} />
          <span className={styles.arrow}>{' → '}</span>
        </>
      )}
      <Tag text={to ?? '–'} length={length} />
    </span>
  );
}
