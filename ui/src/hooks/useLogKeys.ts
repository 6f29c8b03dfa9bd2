import { useEffect } from 'react';
import { anyLayerOpen } from '../app/layers';
import { furthest, LINE, positionAt, topOf, type LogShape } from '../app/logScroll';

type Keys = {
  cursor: number | null;
  shape: LogShape;
  upper: number;
  setCursor: (position: number) => void;
  toggle: (position: number) => void;
  /** Closes what is opened, or null. */
  close: (() => void) | null;
  moveTo: (top: number) => void;
};

/** j and k walk the lines, Enter opens one, Home and End go to the ends, Escape closes. */
export function useLogKeys(keys: Keys): void {
  useEffect(() => {
    const heard = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || anyLayerOpen()) return;
      const target = event.target;
      // What is typed in a panel, or on a button that Enter presses, is not meant for the lines.
      const typed = 'input, textarea, aside, [role="slider"]';
      const elsewhere = event.key === 'Enter' ? `${typed}, button, a` : typed;
      if (target instanceof Element && target.closest(elsewhere)) return;
      if (!act(event.key, keys)) return;
      event.preventDefault();
    };
    // Before the lists' own keys, which know nothing of lines that do not exist yet.
    document.addEventListener('keydown', heard, true);
    return () => {
      document.removeEventListener('keydown', heard, true);
    };
  });
}

function act(key: string, keys: Keys): boolean {
  const { cursor, shape, upper, toggle, close, moveTo } = keys;
  switch (key) {
    case 'j':
    case 'ArrowDown':
      return step(1, keys);
    case 'k':
    case 'ArrowUp':
      return step(-1, keys);
    case 'Enter':
      if (cursor === null) return false;
      toggle(cursor);
      return true;
    case 'Escape':
      close?.();
      return close !== null;
    case 'Home':
      moveTo(0);
      return true;
    case 'End':
    case 'G':
      moveTo(furthest(shape));
      return true;
    case 'PageUp':
      moveTo(upper - shape.viewport + LINE);
      return true;
    case 'PageDown':
      moveTo(upper + shape.viewport - LINE);
      return true;
    default:
      return false;
  }
}

function step(by: 1 | -1, { cursor, shape, upper, setCursor, moveTo }: Keys): boolean {
  const { first, total, viewport } = shape;
  if (total <= first) return true;
  const start = positionAt(shape, upper + (by > 0 ? 0 : viewport - 1));
  const next = Math.min(Math.max(cursor === null ? start : cursor + by, first), total - 1);
  setCursor(next);
  const at = topOf(shape, next);
  if (at < upper) moveTo(at);
  else if (at + LINE > upper + viewport) moveTo(at + LINE - viewport);
  else if (at < furthest(shape)) moveTo(upper);
  return true;
}
