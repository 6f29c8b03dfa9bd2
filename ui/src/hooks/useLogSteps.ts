import { useCallback, useLayoutEffect, useRef } from 'react';
import { flushSync } from 'react-dom';
import { positionAt, topOf } from '../app/logScroll';
import type { LogScroll } from './useLogScroll';

type Steps = {
  cursor: number | null;
  scroll: LogScroll;
  /** The match after a position, or before it; null where there is none. */
  match: ((position: number, by: 1 | -1) => Promise<number | null>) | null;
  setCursor: (position: number) => void;
  goTo: (position: number) => void;
};

/** Goes from match to match. Each step begins where the one before it has ended, however fast they are asked for. */
export function useLogSteps(steps: Steps): (by: 1 | -1) => void {
  const now = useRef(steps);
  useLayoutEffect(() => {
    now.current = steps;
  });
  const last = useRef(Promise.resolve());
  return useCallback((by) => {
    last.current = last.current.then(async () => {
      const { cursor, scroll, match } = now.current;
      const seen = positionAt(scroll.shape, scroll.upper);
      const position = await match?.(cursor ?? (by > 0 ? seen - 1 : seen), by);
      if (position === null || position === undefined) return;
      // Drawn at once: the next step begins there.
      flushSync(() => {
        show(position, now.current);
      });
    });
  }, []);
}

function show(position: number, { scroll, setCursor, goTo }: Steps): void {
  const { shape, upper } = scroll;
  const isSeen = topOf(shape, position) >= upper && topOf(shape, position + 1) <= upper + shape.viewport;
  if (!isSeen) {
    goTo(position);
    return;
  }
  scroll.pause();
  setCursor(position);
}
