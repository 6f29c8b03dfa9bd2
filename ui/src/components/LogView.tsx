import {
  useCallback,
  useEffect,
  useImperativeHandle,
  useLayoutEffect,
  useRef,
  useState,
  type MouseEvent,
  type ReactNode,
  type Ref,
} from 'react';
import { useTranslation } from 'react-i18next';
import { carefully } from '../app/carefully';
import type { Anchor, MenuEntry } from '../app/layers';
import type { LogLines } from '../app/logLines';
import type { LineLook } from '../app/logLook';
import type { LogMarks } from '../app/logMarks';
import { openLineMenu } from '../app/logMenu';
import { elementHeight, topOf } from '../app/logScroll';
import { asText } from '../app/logText';
import { selectedLines } from '../app/selectedLines';
import type { AskHeat } from '../hooks/useLogHeat';
import { useHeldPlaces } from '../hooks/useHeldPlaces';
import { useLogHeights } from '../hooks/useLogHeights';
import { useLogKeys } from '../hooks/useLogKeys';
import { useLogPicks } from '../hooks/useLogPicks';
import { useLogScroll } from '../hooks/useLogScroll';
import { useLogSteps } from '../hooks/useLogSteps';
import { number } from '../i18n/format';
import type { LogLine } from '../ipc';
import { copyText } from './copy';
import { HeatStrip } from './HeatStrip';
import { LogFields } from './LogFields';
import { brokenRow, columnsLook, headRow, logCells, logRow, PLAIN_LOOK } from './LogLine';
import styles from './LogView.module.css';

/** As many lines are copied at once. */
const MOST_COPIED = 20_000;

/** What can be asked of a view from beside it. */
export type LogViewHandle = {
  /** Goes to the next match, or to the one before. */
  step: (by: 1 | -1) => void;
  /** Goes to a line, or to the nearest that there is. */
  goTo: (position: number) => void;
  /** The lines that are picked or selected: from, to, one past the last; null for none, or where others are between. */
  selected: () => [from: number, to: number] | null;
};

export type LogViewProps = {
  ref?: Ref<LogViewHandle>;
  lines: LogLines;
  /** At the end, and going on with it. */
  following: boolean;
  follow: (following: boolean) => void;
  /** Where it begins; else at the end. */
  start?: number | null;
  look?: LineLook;
  /** Which of the lines are what is searched for, where all are shown. */
  marks?: LogMarks | null;
  /** The match after a position, or before it; null where there is none. */
  match?: ((position: number, by: 1 | -1) => Promise<number | null>) | null;
  /** Told which line the keys stand on. */
  moved?: (cursor: number | null) => void;
  /** Shows the lines around a position, where only some are shown. */
  around?: (position: number) => void;
  /** Shows only lines that have this in a field. */
  narrow?: (name: string, value: string) => void;
  /** What else the menu of a line offers. */
  menu?: (line: LogLine) => MenuEntry[];
  /** What stands before the line at a position, where lines are missing. */
  gapAt?: (position: number) => ReactNode;
  /** Tells where the log is bad. */
  heat?: AskHeat;
  /** Where a position of the log stands among the lines, where not all of them are shown. */
  placeOf?: (position: number) => Promise<number | null>;
};

/** All lines of a log, of which only those around the view exist. It knows nothing of where they come from. */
export function LogView(props: LogViewProps) {
  const { ref, lines, following, follow, start = null, look = PLAIN_LOOK, heat, placeOf } = props;
  const { marks = null, match = null, moved, around, narrow, menu, gapAt } = props;
  const { t } = useTranslation();
  const [cursor, setCursorAlone] = useState<number | null>(start);
  const [opened, setOpened] = useState<number | null>(null);
  const { first, total } = lines;
  const [scroller, scroll] = useLogScroll(lines, following, follow, start);
  const picks = useLogPicks(cursor);
  const { shape, from, to, shift, moveTo } = scroll;
  useLogHeights(scroller, scroll, opened, look.wrap);

  const setCursor = useCallback(
    (position: number) => {
      setCursorAlone(position);
      moved?.(position);
    },
    [moved],
  );

  const places = { top: scroll.top, cursor, opened };
  useHeldPlaces(lines, places, { top: scroll.movedBy, cursor: setCursorAlone, opened: setOpened });

  useEffect(() => {
    lines.want(from, to);
  }, [lines, from, to, total]);
  useEffect(() => {
    marks?.want(from, to);
  }, [marks, from, to, total]);

  const goTo = (position: number) => {
    setCursor(position);
    scroll.goTo(position);
  };
  const goToPosition = (position: number) => {
    if (!placeOf) goTo(position);
    else
      void placeOf(position).then((place) => {
        if (place !== null) goTo(place);
      });
  };
  // It begins where it is told to, not at the end.
  useLayoutEffect(() => {
    if (start !== null) follow(false);
    // Only as it begins.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, []);
  const step = useLogSteps({ cursor, scroll, match, setCursor, goTo });
  useImperativeHandle(ref, () => ({
    step,
    goTo: (position) => {
      goTo(Math.min(Math.max(position, first), Math.max(first, total - 1)));
    },
    selected: () => (picks.count > 0 ? picks.span() : selectedLines()),
  }));

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

  const copy = (as: (lines: LogLine[]) => string) => {
    void carefully(async () => {
      const read: LogLine[] = [];
      for (const [begin, end] of picks.spans())
        read.push(...(await lines.read(begin, end, MOST_COPIED - read.length)));
      if (read.length > 0) copyText(as(read));
    });
  };
  const openMenu = (position: number, anchor: Anchor) => {
    const line = lines.at(position);
    if (!line) return;
    // The menu is of what is picked, where the line is among that; else of the line.
    if (!picks.has(position)) picks.clear();
    setCursor(position);
    const picked = picks.has(position) ? picks : null;
    openLineMenu({
      line,
      anchor,
      count: Math.max(1, picked?.count ?? 1),
      returnTo: scroller.current,
      copy: (as) => {
        if (picked) copy(as);
        else copyText(as([line]));
      },
      more: menu?.(line) ?? [],
    });
  };
  useLogKeys({
    cursor,
    scroll,
    picks,
    setCursor,
    toggle,
    step: match === null ? null : step,
    copy: () => {
      copy(asText);
    },
    menu: (position) => {
      const row = scroller.current?.querySelector(`[data-position="${String(position)}"]`);
      if (row) openMenu(position, row);
    },
    close:
      opened !== null
        ? () => {
            setOpened(null);
          }
        : picks.count > 0
          ? picks.clear
          : null,
  });

  const clicked = (position: number, event: MouseEvent) => {
    if (selectsText(event)) return;
    if (event.shiftKey) {
      picks.extendFrom(cursor ?? position);
      setCursor(position);
    } else if (event.ctrlKey || event.metaKey) {
      picks.mark(position);
      setCursor(position);
    } else {
      picks.settle();
      toggle(position);
    }
  };
  const aroundOf = (position: number) => {
    const mark = lines.markAt(position);
    const place = mark?.position ?? null;
    return around && place !== null
      ? () => {
          around(place);
        }
      : undefined;
  };
  const fresh = total - scroll.pausedAt + lines.waiting;
  const shown: { position: number; line: LogLine | null | undefined }[] = [];
  for (let position = from; position < to; position += 1) shown.push({ position, line: lines.at(position) });
  const columns = columnsLook(lines, look.columns);

  return (
    <div className={styles.place} data-headed={look.columns.length > 0 ? '' : undefined}>
      {look.columns.length > 0 && (
        <div className={styles.heads} style={columns} aria-hidden="true">
          <div className={headRow}>
            <span>{t('logs.time')}</span>
            <span>{t('logs.instance')}</span>
            {look.columns.map((name) => (
              <span key={name} title={name}>
                {name}
              </span>
            ))}
            <span>{t('logs.message')}</span>
          </div>
        </div>
      )}
      <div
        ref={scroller}
        className={styles.scroller}
        onScroll={scroll.scrolled}
        tabIndex={0}
        role="region"
        data-lines=""
        aria-label={t('logs.label')}
      >
        <div role="list" className={styles.lines} style={{ height: elementHeight(shape), ...columns }}>
          {shown.map(({ position, line }) => {
            const marked = marks?.at(position);
            const unkept = lines.markAt(position)?.position === null;
            return (
              <div
                key={position}
                role="listitem"
                aria-posinset={position - first + 1}
                aria-setsize={total - first}
                aria-current={position === cursor ? 'true' : undefined}
                className={styles.line}
                style={{ top: topOf(shape, position) + shift }}
                data-position={position}
                data-match={marked ? '' : undefined}
                data-unkept={unkept ? '' : undefined}
                aria-description={unkept ? t('logs.older.unkept') : undefined}
                title={unkept ? t('logs.older.unkept') : undefined}
                data-picked={picks.has(position) ? '' : undefined}
              >
                {gapAt?.(position)}
                {line && (
                  <div
                    className={look.wrap ? brokenRow : logRow}
                    onClick={(event) => {
                      clicked(position, event);
                    }}
                    onContextMenu={(event) => {
                      if (hasSelection()) return;
                      event.preventDefault();
                      event.stopPropagation();
                      openMenu(position, { x: event.clientX, y: event.clientY });
                    }}
                  >
                    {logCells(line, marked ?? lines.markAt(position)?.hits, look, lines.tagAt(position))}
                  </div>
                )}
                {line && opened === position && (
                  <LogFields line={line} around={aroundOf(position)} narrow={narrow} />
                )}
              </div>
            );
          })}
        </div>
      </div>
      {heat && <HeatStrip ask={heat} total={total} go={goToPosition} />}
      {picks.count > 0 && (
        <span role="status" className={styles.picked}>
          {t('logs.picked', { count: picks.count, formatted: number(picks.count) })}
        </span>
      )}
      {!following && fresh > 0 && (
        <button
          type="button"
          className={styles.pill}
          aria-label={t('logs.follow', { formatted: number(fresh) })}
          onClick={() => {
            moveTo(Infinity);
          }}
        >
          {t('logs.new', { count: fresh, formatted: number(fresh) })}
        </button>
      )}
    </div>
  );
}

/** A click that ended a selection is no click. */
function selectsText(event: MouseEvent): boolean {
  return event.detail > 1 || (!event.shiftKey && hasSelection());
}

function hasSelection(): boolean {
  const selection = window.getSelection();
  return selection !== null && !selection.isCollapsed;
}
