import { useLayoutEffect, type RefObject } from 'react';
import { LINE } from '../app/logScroll';
import type { LogScroll } from './useLogScroll';

/**
 * Measures the lines that may be taller than one row, before they are painted: those that are wrapped, or the one
 * that is opened.
 */
export function useLogHeights(
  scroller: RefObject<HTMLDivElement | null>,
  { measured, forgetHeights }: LogScroll,
  opened: number | null,
  all: boolean,
): void {
  useLayoutEffect(() => {
    if (!all) forgetHeights();
  }, [opened, all, forgetHeights]);
  // With each rendering: lines come and go, break elsewhere, and what is opened in them grows.
  useLayoutEffect(() => {
    if (opened === null && !all) return;
    const more = new Map<number, number>();
    for (const row of scroller.current?.querySelectorAll<HTMLElement>('[data-position]') ?? []) {
      const position = Number(row.dataset.position);
      if (all || position === opened) more.set(position, Math.max(0, row.offsetHeight - LINE));
    }
    measured(more);
  });
}
