import { useEffect } from 'react';
import { anyLayerOpen } from '../app/layers';
import { furthest, LINE, positionAt } from '../app/logScroll';
import type { LogScroll } from './useLogScroll';

type Keys = {
  cursor: number | null;
  scroll: LogScroll;
  setCursor: (position: number) => void;
  toggle: (position: number) => void;
  /** Closes what is opened, or null. */
  close: (() => void) | null;
};

/** j and k walk the lines, Enter opens one, Home and End go to the ends, Escape closes. */
export function useLogKeys(keys: Keys): void {
  useEffect(() => {
    const heard = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || anyLayerOpen()) return;
      const target = event.target;
      // What is typed in a panel, or on a button that Enter presses, is not meant for the lines.
      const elsewhere =
        event.key === 'Enter' ? 'input, textarea, aside, button, a' : 'input, textarea, aside';
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
  const { cursor, toggle, close } = keys;
  const { shape, upper, moveTo } = keys.scroll;
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

function step(by: 1 | -1, { cursor, scroll, setCursor }: Keys): boolean {
  const { shape, upper } = scroll;
  const { first, total, viewport } = shape;
  if (total <= first) return true;
  const start = positionAt(shape, upper + (by > 0 ? 0 : viewport - 1));
  const next = Math.min(Math.max(cursor === null ? start : cursor + by, first), total - 1);
  setCursor(next);
  scroll.reveal(next);
  return true;
}
