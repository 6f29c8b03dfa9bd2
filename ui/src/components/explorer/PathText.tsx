import styles from './Explorer.module.css';

/** A path whose end is seen however little room there is: many begin alike. */
export function PathText({ path, deprecated = false }: { path: string; deprecated?: boolean }) {
  const at = path.lastIndexOf('/');
  return (
    <span className={styles.path} data-deprecated={deprecated}>
      <span className={styles.begin}>{path.slice(0, at)}</span>
      <span className={styles.end}>{path.slice(at)}</span>
    </span>
  );
}
