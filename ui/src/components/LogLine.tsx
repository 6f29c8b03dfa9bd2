import type { CSSProperties } from 'react';
import { ANSI, piecesOf, type AnsiStyle } from '../app/ansi';
import { fieldOf } from '../app/fieldText';
import { middle } from '../app/image';
import { instanceOf, type LogLines, type LogTag, type Mark } from '../app/logLines';
import { columnWidths, type LineLook } from '../app/logLook';
import { oneLine, printable } from '../app/printable';
import { exactTime, logTime } from '../i18n/format';
import type { LogLine as Line } from '../ipc';
import styles from './LogLine.module.css';

/** Characters of an instance's name that are shown. */
const WIDEST = 28;

/** Characters of a log's name, where there are several. */
const WIDEST_TAG = 20;

/** What the platform says between an application's own lines: deployments, beginnings and ends. */
const PLATFORM = 'platform';

/** As many characters of a message are shown in its row, cut off or broken; all of them where it is opened. */
const CUT = 2000;
const BROKEN = 8000;

const NO_HITS: Mark['hits'] = [];
export const PLAIN_LOOK: LineLook = { columns: [], wrap: false };

/** The cells of a log line; a function and no component, because thousands of them come and go. */
export function logCells(
  line: Line,
  hits: Mark['hits'] = NO_HITS,
  { columns, wrap }: LineLook = PLAIN_LOOK,
  tag?: LogTag,
) {
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
      {columns.map((name) => (
        <span
          key={name}
          className={styles.field}
          data-number={typeof line.fields[name] === 'number' || undefined}
        >
          {oneLine((fieldOf(line, name) ?? '').slice(0, CUT))}
        </span>
      ))}
      {line.source === PLATFORM ? (
        <span className={`${styles.message ?? ''} ${styles.event ?? ''}`} data-level={line.level}>
          <span>{oneLine(line.message)}</span>
        </span>
      ) : (
        <span className={styles.message} data-level={line.level}>
          {messageOf(line.message, hits, wrap)}
        </span>
      )}
    </>
  );
}

/** A message with its colours and the places that were searched for. Each part is made printable by itself. */
function messageOf(message: string, hits: Mark['hits'], wrap: boolean) {
  const most = wrap ? BROKEN : CUT;
  const shown = wrap ? printable : oneLine;
  const seen = message.length > most ? message.slice(0, most) : message;
  const rest = message.length > most ? '…' : '';
  if (hits.length === 0 && !seen.includes('\u001b')) return shown(seen) + rest;
  return (
    <>
      {piecesOf(seen, hits).map(({ from, text, style, hit }) => {
        const look = style ? lookOf(style) : undefined;
        if (hit)
          return (
            <mark key={from} className={styles.hit}>
              {shown(text)}
            </mark>
          );
        return look ? (
          <span key={from} style={look}>
            {shown(text)}
          </span>
        ) : (
          shown(text)
        );
      })}
      {rest}
    </>
  );
}

/** A terminal's colours in those of the theme. On a ground everything is written as text is: it stays readable. */
function lookOf({ colour, ground, bold, dim }: AnsiStyle): CSSProperties {
  const look: CSSProperties = {};
  if (ground !== null)
    look.backgroundColor = `color-mix(in srgb, var(--ansi-${ANSI[ground] ?? ''}) 24%, transparent)`;
  if (ground !== null) look.color = 'var(--text)';
  else if (colour !== null) look.color = `var(--ansi-${ANSI[colour] ?? ''})`;
  else if (dim) look.color = 'var(--dim)';
  if (bold) look.fontWeight = 'var(--strong)';
  return look;
}

/** The class of a line's row. */
export const logRow = styles.row;

/** The class of a row whose message is broken. */
export const brokenRow = `${styles.row ?? ''} ${styles.broken ?? ''}`;

/** The class of a row in a narrow place: time and text, which is wrapped. */
export const wrappedRow = `${styles.row ?? ''} ${styles.wrapped ?? ''}`;

/** The class of the row that names the columns. */
export const headRow = `${styles.row ?? ''} ${styles.head ?? ''}`;

/** How wide the columns of logs, instances and fields must be, as CSS variables for the list. */
export function columnsLook(lines: LogLines, columns: string[] = PLAIN_LOOK.columns): CSSProperties {
  const tag = lines.tags && Math.max(0, ...lines.tags.map(({ name }) => name.length));
  return {
    ...(tag === null ? {} : { '--log': `calc(${String(Math.min(tag, WIDEST_TAG))}ch + 13px)` }),
    '--instance': `${String(Math.min(lines.widest, WIDEST))}ch`,
    '--fields': columnWidths(columns, lines.fields)
      .map((width) => `${String(width)}ch`)
      .join(' '),
  } as CSSProperties;
}
