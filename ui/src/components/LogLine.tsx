import { middle } from '../app/image';
import { instanceOf, type LogLines } from '../app/logLines';
import { oneLine } from '../app/printable';
import { exactTime, logTime } from '../i18n/format';
import type { LogLine as Line } from '../ipc';
import styles from './LogLine.module.css';

/** Characters of an instance's name that are shown. */
const WIDEST = 28;

/** What the platform says between an application's own lines: deployments, beginnings and ends. */
const PLATFORM = 'platform';

/** The cells of a log line; a function and no component, because thousands of them come and go. */
export function logCells(line: Line) {
  const instance = oneLine(instanceOf(line));
  return (
    <>
      <time className={styles.time} dateTime={line.timestamp} title={exactTime(line.timestamp)}>
        {logTime(line.timestamp)}
      </time>
      <span className={styles.instance} title={instance.length > WIDEST ? instance : undefined}>
        {middle(instance, WIDEST)}
      </span>
      {line.source === PLATFORM ? (
        <span className={`${styles.message ?? ''} ${styles.event ?? ''}`} data-level={line.level}>
          <span>{oneLine(line.message)}</span>
        </span>
      ) : (
        <span className={styles.message} data-level={line.level}>
          {oneLine(line.message)}
        </span>
      )}
    </>
  );
}

/** The class of a line's row. */
export const logRow = styles.row;

/** The class of a row in a narrow place: time and text, which is wrapped. */
export const wrappedRow = `${styles.row ?? ''} ${styles.wrapped ?? ''}`;

/** How wide the column of instances must be, as a CSS variable for the list. */
export function instanceWidth(lines: LogLines): { '--instance': string } {
  return { '--instance': `${String(Math.min(lines.widest, WIDEST))}ch` };
}
