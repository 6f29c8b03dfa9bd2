// How positions of lines and pixels of the scroll bar map to each other. No element is made taller than a
// browser can show: past that, the scroll bar stands for the list in proportion.

export const LINE = 20;
/** Below what any of the engines can show, with room to spare. */
export const TALLEST = 15_000_000;

/** Lines `first` to `total` (one past the last), one of them opened with so many pixels below it. */
export type LogShape = {
  first: number;
  total: number;
  viewport: number;
  opened: { position: number; height: number } | null;
};

/** The height of all lines in their own pixels. */
export function contentHeight(shape: LogShape): number {
  return Math.max(0, shape.total - shape.first) * LINE + openedHeight(shape);
}

/** The height of the element that scrolls. */
export function elementHeight(shape: LogShape): number {
  return Math.min(contentHeight(shape), TALLEST);
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
export function topOf(shape: LogShape, position: number): number {
  const above = shape.opened !== null && position > shape.opened.position ? openedHeight(shape) : 0;
  return (position - shape.first) * LINE + above;
}

/** The line at a pixel of the list. */
export function positionAt(shape: LogShape, top: number): number {
  const { first, total, opened } = shape;
  const last = Math.max(first, total - 1);
  const within = (position: number) => Math.min(Math.max(position, first), last);
  if (opened === null || opened.position < first) return within(first + Math.floor(top / LINE));
  const end = topOf(shape, opened.position) + LINE;
  if (top < end) return within(first + Math.floor(top / LINE));
  if (top < end + opened.height) return within(opened.position);
  return within(first + Math.floor((top - opened.height) / LINE));
}

/** The lines that a view shows, from the pixel at its upper edge; one past the last. */
export function windowAt(shape: LogShape, top: number, overscan = 0): { from: number; to: number } {
  if (shape.total <= shape.first) return { from: shape.first, to: shape.first };
  const from = positionAt(shape, top) - overscan;
  const to = positionAt(shape, top + shape.viewport) + 1 + overscan;
  return { from: Math.max(shape.first, from), to: Math.min(shape.total, to) };
}

function openedHeight({ first, opened }: LogShape): number {
  return opened !== null && opened.position >= first ? opened.height : 0;
}
