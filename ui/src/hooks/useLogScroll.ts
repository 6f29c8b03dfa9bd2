import {
  useCallback,
  useEffect,
  useLayoutEffect,
  useRef,
  useState,
  type RefObject,
  type UIEvent,
} from 'react';
import { LogHeights } from '../app/logHeights';
import {
  anchorAt,
  fromScroll,
  furthest,
  isScaled,
  LINE,
  topOf,
  topOfAnchor,
  toScroll,
  windowAt,
  type LogAnchor,
  type LogShape,
} from '../app/logScroll';

const OVERSCAN = 30;
/** As many lines stand above the one that it goes to. */
const ABOVE = 8;

type Lines = { first: number; total: number };

export type LogScroll = {
  shape: LogShape;
  /** The pixel of the list at the upper edge. */
  upper: number;
  /** The lines that exist as elements; one past the last. */
  from: number;
  to: number;
  /** From a line's place in the list to its place in the element that scrolls. */
  shift: number;
  scrolled: (event: UIEvent) => void;
  moveTo: (top: number) => void;
  /** Brings a line into sight, some lines below the upper edge. */
  goTo: (position: number) => void;
  /** Moves no further than it must so that all of a line is seen, its upper edge at least. */
  reveal: (position: number) => void;
  /** Stays where it is while lines come. */
  pause: () => void;
  /** The line at the upper edge. */
  top: number;
  /** That line is so many further down now: others were put before it. */
  movedBy: (lines: number) => void;
  /** As many lines there were when it was paused. */
  pausedAt: number;
  /** By how much lines are taller than one row. */
  measured: (heights: ReadonlyMap<number, number>) => void;
  /** What was measured holds no more. */
  forgetHeights: () => void;
};

/** Where a list of millions of lines is scrolled to. What it holds on to is a line, not a pixel. */
export function useLogScroll(
  { first, total }: Lines,
  following: boolean,
  follow: (following: boolean) => void,
  start: number | null,
): [scroller: RefObject<HTMLDivElement | null>, scroll: LogScroll] {
  const scroller = useRef<HTMLDivElement>(null);
  const [viewport, setViewport] = useState(0);
  const [anchor, setAnchor] = useState<LogAnchor>(() => above(start ?? first, first));
  const [heights, setHeights] = useState(LogHeights.NONE);
  const [pausedAt, setPausedAt] = useState(total);
  const shape: LogShape = { first, total, viewport, heights };
  const upper = following ? furthest(shape) : topOfAnchor(shape, anchor);

  useLayoutEffect(() => {
    const element = scroller.current;
    if (!element) return undefined;
    let width = element.clientWidth;
    const measure = () => {
      setViewport(element.clientHeight);
      // Lines break elsewhere in a window of another width.
      if (element.clientWidth !== width) setHeights(LogHeights.NONE);
      width = element.clientWidth;
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
      setAnchor(anchorAt(shape, next));
    },
    // The shape is new with each rendering; its parts are what counts.
    // eslint-disable-next-line react-hooks/exhaustive-deps
    [first, total, viewport, heights, following, follow],
  );

  const scrolled = (event: UIEvent) => {
    const at = event.currentTarget.scrollTop;
    if (Math.abs(at - wantedScroll) < 1) return;
    moveTo(fromScroll(shape, at));
  };

  // Where the scroll bar stands for more than its pixels, a wheel would leap over thousands of lines.
  const scaled = isScaled(shape);
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

  const pause = () => {
    if (!following) return;
    setPausedAt(total);
    follow(false);
    setAnchor(anchorAt(shape, upper));
  };
  const goTo = (position: number) => {
    pause();
    setAnchor(above(position, first));
  };
  const reveal = (position: number) => {
    const [top, end] = [topOf(shape, position), topOf(shape, position + 1)];
    if (top < upper) moveTo(top);
    else if (end > upper + viewport) moveTo(Math.min(top, end - viewport));
    else if (following && top < furthest(shape)) moveTo(upper);
  };
  const measured = useCallback((more: ReadonlyMap<number, number>) => {
    setHeights((before) => before.with(more));
  }, []);
  const forgetHeights = useCallback(() => {
    setHeights(LogHeights.NONE);
  }, []);

  const movedBy = (lines: number) => {
    setAnchor((before) => ({ ...before, position: before.position + lines }));
    setHeights(LogHeights.NONE);
  };

  const { from, to } = windowAt(shape, upper, OVERSCAN);
  const shift = scaled ? wantedScroll - upper : 0;
  return [
    scroller,
    {
      shape,
      upper,
      from,
      to,
      shift,
      scrolled,
      moveTo,
      goTo,
      reveal,
      pause,
      top: anchorAt(shape, upper).position,
      movedBy,
      pausedAt,
      measured,
      forgetHeights,
    },
  ];
}

function above(position: number, first: number): LogAnchor {
  return { position: Math.max(first, position - ABOVE), offset: 0 };
}

/** The pixels of a wheel's unit: it counts pixels, lines or pages. */
function stepOf({ deltaMode }: WheelEvent, viewport: number): number {
  if (deltaMode === WheelEvent.DOM_DELTA_LINE) return LINE;
  return deltaMode === WheelEvent.DOM_DELTA_PAGE ? viewport : 1;
}
