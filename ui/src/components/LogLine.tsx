import { Fragment, type CSSProperties } from 'react';
import { middle } from '../app/image';
import { instanceOf, type LogLines, type LogTag, type Mark } from '../app/logLines';
import { oneLine } from '../app/printable';
import { exactTime, logTime } from '../i18n/format';
import type { LogLine as Line } from '../ipc';
import styles from './LogLine.module.css';

/** Characters of an instance's name that are shown. */
const WIDEST = 28;

/** Characters of a log's name, where there are several. */
const WIDEST_TAG = 20;

/** What the platform says between an application's own lines: deployments, beginnings and ends. */
const PLATFORM = 'platform';

/** As many places of one message are marked. */
const MARKED = 200;

/** The cells of a log line; a function and no component, because thousands of them come and go. */
export function logCells(line: Line, hits: Mark['hits'] = NONE, tag?: LogTag) {
  const instance = oneLine(instanceOf(line));
  return (
    <>
      <time className={styles.time} dateTime={line.timestamp} title={exactTime(line.timestamp)}>
        {logTime(line.timestamp)}
      </time>
      {tag && (
        <span
          className={styles.log}
          title={tag.name}
          style={{ '--hue': `var(--hue-${tag.hue})` } as CSSProperties}
        >
          {middle(tag.name, WIDEST_TAG)}
        </span>
      )}
      <span className={styles.instance} title={instance.length > WIDEST ? instance : undefined}>
        {middle(instance, WIDEST)}
      </span>
      {line.source === PLATFORM ? (
        <span className={`${styles.message ?? ''} ${styles.event ?? ''}`} data-level={line.level}>
          <span>{oneLine(line.message)}</span>
        </span>
      ) : (
        <span className={styles.message} data-level={line.level}>
          {hits.length === 0 ? oneLine(line.message) : marked(line.message, hits)}
        </span>
      )}
    </>
  );
}

const NONE: Mark['hits'] = [];

/** A message with the places that were searched for. Each piece is made printable by itself, so that they fit. */
function marked(message: string, hits: Mark['hits']) {
  const shown = hits.slice(0, MARKED);
  const after = shown.at(-1)?.[1] ?? 0;
  return (
    <>
      {shown.map(([from, to], at) => (
        <Fragment key={from}>
          {oneLine(message.slice(shown[at - 1]?.[1] ?? 0, from))}
          <mark className={styles.hit}>{oneLine(message.slice(from, to))}</mark>
        </Fragment>
      ))}
      {oneLine(message.slice(after))}
    </>
  );
}

/** The class of a line's row. */
export const logRow = styles.row;

/** The class of a row in a narrow place: time and text, which is wrapped. */
export const wrappedRow = `${styles.row ?? ''} ${styles.wrapped ?? ''}`;

/** The same where lines of several logs stand together. */
export const taggedRow = `${styles.row ?? ''} ${styles.tagged ?? ''}`;

/** How wide the columns of logs and instances must be, as CSS variables for the list. */
export function instanceWidth(lines: LogLines): { '--instance': string; '--tag': string } {
  const tag = Math.max(0, ...(lines.tags ?? []).map(({ name }) => name.length));
  return {
    '--instance': `${String(Math.min(lines.widest, WIDEST))}ch`,
    '--tag': `${String(Math.min(tag, WIDEST_TAG))}ch`,
  };
}
