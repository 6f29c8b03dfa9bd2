import { useEffect, useLayoutEffect, useRef } from 'react';
import type { LogLines } from '../app/logLines';

type Places = { top: number; cursor: number | null; opened: number | null };

type Move = {
  /** What stands at the upper edge is so many lines further down now. */
  top: (by: number) => void;
  /** Where the line is now; null where nobody knows. */
  cursor: (position: number | null) => void;
  opened: (position: number | null) => void;
};

/** What is read, chosen or open stays where it is when lines are put between others. */
export function useHeldPlaces(lines: LogLines, places: Places, move: Move): void {
  const latest = useRef({ places, move });
  useLayoutEffect(() => {
    latest.current = { places, move };
  });
  useEffect(
    () =>
      lines.hold({
        positions: () => {
          const { top, cursor, opened } = latest.current.places;
          return [top, cursor ?? top, opened ?? top];
        },
        moved: ([top = null, cursor = null, opened = null]) => {
          const { places: before, move: to } = latest.current;
          if (top !== null && top !== before.top) to.top(top - before.top);
          if (before.cursor !== null) to.cursor(cursor);
          if (before.opened !== null) to.opened(opened);
        },
      }),
    [lines],
  );
}
