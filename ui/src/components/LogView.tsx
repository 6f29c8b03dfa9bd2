import {
  useCallback,
  useEffect,
  useLayoutEffect,
  useRef,
  useState,
  type CSSProperties,
  type MouseEvent,
  type UIEvent,
} from 'react';
import { useTranslation } from 'react-i18next';
import type { LogLines } from '../app/logLines';
import {
  contentHeight,
  elementHeight,
  fromScroll,
  furthest,
  LINE,
  TALLEST,
  topOf,
  toScroll,
  windowAt,
  type LogShape,
} from '../app/logScroll';
import type { AskHeat } from '../hooks/useLogHeat';
import { useLogKeys } from '../hooks/useLogKeys';
import { number } from '../i18n/format';
import type { LogLine } from '../ipc';
import { HeatStrip } from './HeatStrip';
import { LogFields } from './LogFields';
import { instanceWidth, logCells, logRow, taggedRow } from './LogLine';
import styles from './LogView.module.css';

const OVERSCAN = 30;
/** As many lines stand above the one that it begins at. */
const ABOVE = 8;

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
  const scroller = useRef<HTMLDivElement>(null);
  const [viewport, setViewport] = useState(0);
  const [top, setTop] = useState(() => Math.max(0, ((start ?? 0) - lines.first - ABOVE) * LINE));
  const [cursor, setCursor] = useState<number | null>(start);
  const [opened, setOpened] = useState<{ position: number; height: number } | null>(null);
  const [pausedAt, setPausedAt] = useState(lines.total);
  const { first, total } = lines;
  const shape: LogShape = { first, total, viewport, opened };
  const upper = following ? furthest(shape) : Math.min(top, furthest(shape));
  const { from, to } = windowAt(shape, upper, OVERSCAN);

  useEffect(() => {
    lines.want(from, to);
  }, [lines, from, to, total]);

  useLayoutEffect(() => {
    const element = scroller.current;
    if (!element) return undefined;
    const measure = () => {
      setViewport(element.clientHeight);
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => {
      observer.disconnect();
    };
  }, []);

  // The scroll bar follows what is shown, not the other way round: new lines, dropped lines, opened lines.
  const wantedScroll = toScroll(shape, upper);
  useLayoutEffect(() => {
    const element = scroller.current;
    if (element && Math.abs(element.scrollTop - wantedScroll) >= 1) element.scrollTop = wantedScroll;
  }, [wantedScroll]);

  // Lines that were dropped at the beginning do not move what is being read.
  const firstBefore = useRef(first);
  useLayoutEffect(() => {
    const dropped = first - firstBefore.current;
    firstBefore.current = first;
    if (dropped > 0) setTop((before) => Math.max(0, before - dropped * LINE));
  }, [first]);

  // Several turns of a wheel may come before the next rendering.
  const latest = useRef(upper);
  useLayoutEffect(() => {
    latest.current = upper;
  }, [upper]);

  const moveTo = useCallback(
    (wanted: number) => {
      const far = furthest(shape);
      const next = Math.min(Math.max(0, wanted), far);
      const atEnd = next >= far - LINE / 2;
      if (following && !atEnd) setPausedAt(total);
      if (atEnd !== following) follow(atEnd);
      latest.current = next;
      setTop(next);
    },
    // The shape is new with each rendering; its parts are what counts.
    // eslint-disable-next-line react-hooks/exhaustive-deps
    [first, total, viewport, opened, following, follow],
  );

  const scrolled = (event: UIEvent) => {
    const at = event.currentTarget.scrollTop;
    if (Math.abs(at - wantedScroll) < 1) return;
    moveTo(fromScroll(shape, at));
  };

  // Where the scroll bar stands for more than its pixels, a wheel would leap over thousands of lines.
  const scaled = contentIsScaled(shape);
  useEffect(() => {
    const element = scroller.current;
    if (!element || !scaled) return undefined;
    const wheel = (event: WheelEvent) => {
      if (event.ctrlKey) return;
      event.preventDefault();
      moveTo(latest.current + event.deltaY * stepOf(event, viewport));
    };
    element.addEventListener('wheel', wheel, { passive: false });
    return () => {
      element.removeEventListener('wheel', wheel);
    };
  }, [scaled, moveTo, viewport]);

  // As much of what was opened as there is room for is moved into sight, once its height is known.
  const justOpened = useRef<{ line: number; viewport: number } | null>(null);
  const toggle = (position: number) => {
    setCursor(position);
    if (following) {
      setPausedAt(total);
      follow(false);
    }
    setTop(upper);
    justOpened.current = { line: topOf({ ...shape, opened: null }, position), viewport };
    setOpened((before) => (before?.position === position ? null : { position, height: 0 }));
  };

  useLogKeys({
    cursor,
    shape,
    upper,
    setCursor,
    toggle,
    close: opened
      ? () => {
          setOpened(null);
        }
      : null,
    moveTo,
  });

  const measured = useCallback((height: number) => {
    setOpened((before) => (before && before.height !== height ? { ...before, height } : before));
    const just = justOpened.current;
    justOpened.current = null;
    if (just === null) return;
    const end = just.line + LINE + height;
    setTop((before) => (end > before + just.viewport ? Math.min(just.line, end - just.viewport) : before));
  }, []);

  const aroundOf = (position: number) => {
    const mark = lines.markAt(position);
    return around && mark
      ? () => {
          around(mark.position);
        }
      : undefined;
  };
  const fresh = total - pausedAt + lines.waiting;
  const shown: { position: number; line: LogLine | null | undefined }[] = [];
  for (let position = from; position < to; position += 1) shown.push({ position, line: lines.at(position) });
  const shift = scaled ? wantedScroll - upper : 0;

  return (
    <div className={styles.place}>
      <div
        ref={scroller}
        className={styles.scroller}
        onScroll={scrolled}
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
                  className={lines.tags ? taggedRow : logRow}
                  onClick={(event) => {
                    if (!selectsText(event)) toggle(position);
                  }}
                >
                  {logCells(line, lines.markAt(position)?.hits, lines.tagAt(position))}
                </div>
              )}
              {line && opened?.position === position && (
                <LogFields line={line} measured={measured} around={aroundOf(position)} />
              )}
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
            moveTo(topOf(shape, position) - Math.floor(viewport / 2 / LINE) * LINE);
          }}
        />
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

function contentIsScaled(shape: LogShape): boolean {
  return contentHeight(shape) > TALLEST;
}

/** The pixels of a wheel's unit: it counts pixels, lines or pages. */
function stepOf({ deltaMode }: WheelEvent, viewport: number): number {
  if (deltaMode === WheelEvent.DOM_DELTA_LINE) return LINE;
  return deltaMode === WheelEvent.DOM_DELTA_PAGE ? viewport : 1;
}

/** A click that ended a selection is no click. */
function selectsText(event: MouseEvent): boolean {
  const selection = window.getSelection();
  return event.detail > 1 || (selection !== null && !selection.isCollapsed);
}
