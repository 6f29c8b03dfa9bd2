import { useLayoutEffect, useState, type RefObject } from 'react';

/** What a letter of a row is wide at most, on the average of a key, in pixels. */
const LETTER = 7.6;

/**
 * How many letters have room in the first column of a table, of which `taken` pixels hold something else; as many as
 * are usual where nothing was laid out yet.
 */
export function useRoom(table: RefObject<HTMLElement | null>, taken: number, usual: number): number {
  const [room, setRoom] = useState(usual);
  useLayoutEffect(() => {
    const column = table.current?.querySelector('th');
    if (!column) return undefined;
    const look = () => {
      if (column.clientWidth === 0) return;
      setRoom(Math.max(SHORTEST, Math.floor((column.clientWidth - taken) / LETTER)));
    };
    look();
    const observer = new ResizeObserver(look);
    observer.observe(column);
    return () => {
      observer.disconnect();
    };
  }, [table, taken, usual]);
  return room;
}

/** Both ends of anything can still be told apart. */
const SHORTEST = 7;
