// How positions of lines and pixels of the scroll bar map to each other. No element is made taller than a
// browser can show: past that, the scroll bar stands for the list in proportion.

import type { LogHeights } from './logHeights';

export const LINE = 20;
/** Below what any of the engines can show, with room to spare. */
export const TALLEST = 15_000_000;

/** Lines `first` to `total` (one past the last), some of them known to be taller than one row. */
export type LogShape = {
  first: number;
  total: number;
  viewport: number;
  heights: LogHeights;
};

/** A line, and how far below its upper edge the view begins. */
export type LogAnchor = { position: number; offset: number };

/** The height of all lines in their own pixels. */
export function contentHeight(shape: LogShape): number {
  return shape.total > shape.first ? topOf(shape, shape.total) : 0;
}

/** The height of the element that scrolls. */
export function elementHeight(shape: LogShape): number {
  return Math.min(contentHeight(shape), TALLEST);
}

/** Whether the scroll bar stands for more than its pixels. */
export function isScaled(shape: LogShape): boolean {
  return contentHeight(shape) > TALLEST;
}

/** Where the last line stands at the lower edge. */
export function furthest(shape: LogShape): number {
  return Math.max(0, contentHeight(shape) - shape.viewport);
}

/** From the scroll bar's place to the pixel of the list at the upper edge. */
export function fromScroll(shape: LogShape, scrollTop: number): number {
  const scrollable = Math.max(0, elementHeight(shape) - shape.viewport);
  if (scrollable === 0) return 0;
  return (Math.min(Math.max(scrollTop, 0), scrollable) / scrollable) * furthest(shape);
}

/** And back. */
export function toScroll(shape: LogShape, top: number): number {
  const far = furthest(shape);
  if (far === 0) return 0;
  return (Math.min(Math.max(top, 0), far) / far) * Math.max(0, elementHeight(shape) - shape.viewport);
}

/** The pixel of the list at which a line begins. */
export function topOf({ first, heights }: LogShape, position: number): number {
  return (position - first) * LINE + heights.before(position) - heights.before(first);
}

/** The line at a pixel of the list. */
export function positionAt(shape: LogShape, top: number): number {
  let [from, to] = [shape.first, Math.max(shape.first, shape.total - 1)];
  while (from < to) {
    const middle = Math.ceil((from + to) / 2);
    if (topOf(shape, middle) <= top) from = middle;
    else to = middle - 1;
  }
  return from;
}

/** The line that a view begins with, by which it keeps its place while lines come, go and change their heights. */
export function anchorAt(shape: LogShape, top: number): LogAnchor {
  const position = positionAt(shape, top);
  return { position, offset: Math.max(0, top - topOf(shape, position)) };
}

/** The pixel at which a view begins that keeps its place. */
export function topOfAnchor(shape: LogShape, { position, offset }: LogAnchor): number {
  // The line is not there any more: those after it are.
  if (position < shape.first) return 0;
  return Math.min(Math.max(0, topOf(shape, position) + offset), furthest(shape));
}

/** The lines that a view shows, from the pixel at its upper edge; one past the last. */
export function windowAt(shape: LogShape, top: number, overscan = 0): { from: number; to: number } {
  if (shape.total <= shape.first) return { from: shape.first, to: shape.first };
  const from = positionAt(shape, top) - overscan;
  const to = positionAt(shape, top + shape.viewport) + 1 + overscan;
  return { from: Math.max(shape.first, from), to: Math.min(shape.total, to) };
}
