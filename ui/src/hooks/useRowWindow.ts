import { useEffect, useState, type RefObject } from 'react';

const ROW = 28;
const OVERSCAN = 20;
/** Fewer rows than this are simply all there. */
const ALL = 120;

export type RowWindow = { from: number; to: number; before: number; after: number };

/** Which rows of a long table exist; the space of the others is kept. */
export function useRowWindow(table: RefObject<HTMLElement | null>, count: number): RowWindow {
  const [view, setView] = useState({ top: 0, height: 800 });
  const long = count > ALL;
  useEffect(() => {
    const scroller = table.current?.closest('[data-scroll]');
    if (!long || !scroller) return undefined;
    const look = () => {
      const offset = (table.current?.getBoundingClientRect().top ?? 0) - scroller.getBoundingClientRect().top;
      // In steps, so that a few pixels do not render anything.
      const top = Math.max(0, Math.floor(-offset / (ROW * 8)) * ROW * 8);
      const height = scroller.clientHeight;
      setView((before) => (before.top === top && before.height === height ? before : { top, height }));
    };
    look();
    scroller.addEventListener('scroll', look, { passive: true });
    const observer = new ResizeObserver(look);
    observer.observe(scroller);
    return () => {
      observer.disconnect();
      scroller.removeEventListener('scroll', look);
    };
  }, [long, table]);
  if (!long) return { from: 0, to: count, before: 0, after: 0 };
  return rowWindow(view.top, view.height, count);
}

/** The rows that a view shows, with some around them. */
export function rowWindow(top: number, height: number, count: number): RowWindow {
  const from = Math.min(Math.max(0, Math.floor(top / ROW) - OVERSCAN), Math.max(0, count - 1));
  const to = Math.min(count, Math.ceil((top + height) / ROW) + OVERSCAN + 8);
  return { from, to, before: from * ROW, after: (count - to) * ROW };
}
