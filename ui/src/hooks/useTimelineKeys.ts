import { useEffect, useRef, type KeyboardEvent, type RefObject } from 'react';
import { momentAt, shareOf, stepFrom } from '../app/timeline';
import type { Course } from './useTimeline';

/** A turn of the wheel brings it so much closer. */
const CLOSER = 0.8;

/**
 * What keys do on a timeline: arrows step through what happened, with shift along the axis; Enter picks from there to
 * the next, plus and minus zoom, Escape gives up what was picked. The wheel with Ctrl zooms where it points.
 */
export function useTimelineKeys(
  course: Course,
  moments: number[],
  place: RefObject<HTMLElement | null>,
): (event: KeyboardEvent) => void {
  const { view, cursor, point, pick, picked, zoom, whole, isPart } = course;
  const turning = useRef({ view, zoom });
  useEffect(() => {
    turning.current = { view, zoom };
  });
  useEffect(() => {
    const element = place.current;
    if (!element) return undefined;
    const wheel = (event: WheelEvent) => {
      if (!event.ctrlKey || event.deltaY === 0) return;
      event.preventDefault();
      const { left, width } = element.getBoundingClientRect();
      const at = momentAt(turning.current.view, (event.clientX - left) / Math.max(width, 1));
      turning.current.zoom(at, event.deltaY < 0 ? CLOSER : 1 / CLOSER);
    };
    element.addEventListener('wheel', wheel, { passive: false });
    return () => {
      element.removeEventListener('wheel', wheel);
    };
  }, [place]);
  const shown = moments.filter((at) => at >= view.from && at <= view.to);
  const step = (by: 1 | -1, isAlong: boolean) => {
    const next = isAlong
      ? momentAt(view, shareOf(view, cursor ?? view.to) + by * 0.02)
      : stepFrom(shown, cursor, by);
    if (next !== null) point(next);
  };
  return (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    switch (event.key) {
      case 'ArrowLeft':
        step(-1, event.shiftKey);
        break;
      case 'ArrowRight':
        step(1, event.shiftKey);
        break;
      case 'Home':
        point(shown[0] ?? view.from);
        break;
      case 'End':
        point(shown.at(-1) ?? view.to);
        break;
      case 'Enter':
        if (cursor === null) return;
        pick({ from: cursor, to: moments.find((at) => at > cursor) ?? null });
        break;
      case '+':
        zoom(cursor ?? view.to, 0.5);
        break;
      case '-':
        zoom(cursor ?? view.to, 2);
        break;
      case '0':
        whole();
        break;
      case 'Escape':
        if (cursor !== null) point(null);
        else if (picked !== null) pick(null);
        else if (isPart) whole();
        else return;
        break;
      default:
        return;
    }
    event.preventDefault();
    event.stopPropagation();
  };
}
