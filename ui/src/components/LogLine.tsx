import { oneLine } from '../app/printable';
import { exactTime, logTime } from '../i18n/format';
import type { LogLine as Line } from '../ipc';
import styles from './LogLine.module.css';

/** The cells of a log line; a function and no component, because thousands of them come and go. */
export function logCells(line: Line) {
  return (
    <>
      <time className={styles.time} dateTime={line.timestamp} title={exactTime(line.timestamp)}>
        {logTime(line.timestamp)}
      </time>
      <span className={styles.instance}>{line.instance ?? line.source}</span>
      <span className={styles.message} data-level={line.level}>
        {oneLine(line.message)}
      </span>
    </>
  );
}

/** The class of a line's row. */
export const logRow = styles.row;

/** How wide the column of instances must be, as a CSS variable for the list. */
export function instanceWidth(lines: Iterable<Line>): { '--instance': string } {
  let widest = 0;
  for (const line of lines) widest = Math.max(widest, (line.instance ?? line.source ?? '').length);
  return { '--instance': `${String(Math.min(widest, 28))}ch` };
}
