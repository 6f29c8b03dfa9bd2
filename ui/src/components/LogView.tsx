import { useEffect, useLayoutEffect, useRef, useState, type CSSProperties, type MouseEvent } from 'react';
import { useTranslation } from 'react-i18next';
import type { LogLines } from '../app/logLines';
import { elementHeight, topOf } from '../app/logScroll';
import type { AskHeat } from '../hooks/useLogHeat';
import { useLogHeights } from '../hooks/useLogHeights';
import { useLogKeys } from '../hooks/useLogKeys';
import { useLogScroll } from '../hooks/useLogScroll';
import { number } from '../i18n/format';
import type { LogLine } from '../ipc';
import { HeatStrip } from './HeatStrip';
import { LogFields } from './LogFields';
import { instanceWidth, logCells, logRow } from './LogLine';
import styles from './LogView.module.css';

type Props = {
  lines: LogLines;
  /** At the end, and going on with it. */
  following: boolean;
  follow: (following: boolean) => void;
  /** Where it begins; else at the end. */
  start?: number | null;
  /** Shows the lines around a position, where only some are shown. */
  around?: (position: number) => void;
  /** Tells where it is bad, where all of its lines are shown. */
  heat?: AskHeat;
};

/** All lines of a log, of which only those around the view exist. */
export function LogView({ lines, following, follow, start = null, around, heat }: Props) {
  const { t } = useTranslation();
  const [cursor, setCursor] = useState<number | null>(start);
  const [opened, setOpened] = useState<number | null>(null);
  const { first, total } = lines;
  const [scroller, scroll] = useLogScroll(lines, following, follow, start);
  const { shape, from, to, shift, moveTo } = scroll;
  useLogHeights(scroller, scroll, opened, false);

  useEffect(() => {
    lines.want(from, to);
  }, [lines, from, to, total]);

  // As much of what was opened as there is room for is moved into sight, once its height is known.
  const justOpened = useRef<number | null>(null);
  useLayoutEffect(() => {
    const position = justOpened.current;
    if (position === null || shape.heights.of(position) === 0) return;
    justOpened.current = null;
    scroll.reveal(position);
  });
  const toggle = (position: number) => {
    setCursor(position);
    scroll.pause();
    justOpened.current = position === opened ? null : position;
    setOpened((before) => (before === position ? null : position));
  };

  useLogKeys({
    cursor,
    scroll,
    setCursor,
    toggle,
    close:
      opened === null
        ? null
        : () => {
            setOpened(null);
          },
  });

  const aroundOf = (position: number) => {
    const mark = lines.markAt(position);
    return around && mark
      ? () => {
          around(mark.position);
        }
      : undefined;
  };
  const shown: { position: number; line: LogLine | null | undefined }[] = [];
  for (let position = from; position < to; position += 1) shown.push({ position, line: lines.at(position) });

  return (
    <div className={styles.place}>
      <div
        ref={scroller}
        className={styles.scroller}
        onScroll={scroll.scrolled}
        tabIndex={0}
        role="region"
        data-lines=""
        aria-label={t('logs.label')}
      >
        <div
          role="list"
          className={styles.lines}
          style={
            {
              height: elementHeight(shape),
              ...instanceWidth(lines),
            } as CSSProperties
          }
        >
          {shown.map(({ position, line }) => (
            <div
              key={position}
              role="listitem"
              aria-posinset={position - first + 1}
              aria-setsize={total - first}
              aria-current={position === cursor ? 'true' : undefined}
              className={styles.line}
              style={{ top: topOf(shape, position) + shift }}
              data-position={position}
            >
              {line && (
                <div
                  className={logRow}
                  onClick={(event) => {
                    if (!selectsText(event)) toggle(position);
                  }}
                >
                  {logCells(line, lines.markAt(position)?.hits)}
                </div>
              )}
              {line && opened === position && <LogFields line={line} around={aroundOf(position)} />}
            </div>
          ))}
        </div>
      </div>
      {heat && (
        <HeatStrip
          ask={heat}
          total={total}
          go={(position) => {
            setCursor(position);
            scroll.goTo(position);
          }}
        />
      )}
      {!following && total > scroll.pausedAt && (
        <button
          type="button"
          className={styles.pill}
          aria-label={t('logs.follow', { formatted: number(total - scroll.pausedAt) })}
          onClick={() => {
            moveTo(Infinity);
          }}
        >
          {t('logs.new', { count: total - scroll.pausedAt, formatted: number(total - scroll.pausedAt) })}
        </button>
      )}
    </div>
  );
}

/** A click that ended a selection is no click. */
function selectsText(event: MouseEvent): boolean {
  const selection = window.getSelection();
  return event.detail > 1 || (selection !== null && !selection.isCollapsed);
}
