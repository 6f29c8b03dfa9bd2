import styles from './Kbd.module.css';

/** A key, or keys to press one after the other. */
export function Kbd({ keys }: { keys: string }) {
  return <kbd className={styles.kbd}>{keys}</kbd>;
}
