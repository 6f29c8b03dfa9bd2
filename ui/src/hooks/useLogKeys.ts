import { useEffect } from 'react';
import { anyLayerOpen } from '../app/layers';
import { furthest, LINE, positionAt } from '../app/logScroll';
import type { LogPicks } from './useLogPicks';
import type { LogScroll } from './useLogScroll';

type Keys = {
  cursor: number | null;
  scroll: LogScroll;
  picks: LogPicks;
  setCursor: (position: number) => void;
  toggle: (position: number) => void;
  /** Goes to the next match or the one before, where something is searched for. */
  step: ((by: 1 | -1) => void) | null;
  copy: () => void;
  /** Opens the menu of a line. */
  menu: (position: number) => void;
  /** Closes what is opened or picked, or null. */
  close: (() => void) | null;
};

/**
 * j and k walk the lines, with Shift they pick them, x marks one; n and N go from match to match, Enter opens a line,
 * Home and End go to the ends, Escape closes.
 */
export function useLogKeys(keys: Keys): void {
  useEffect(() => {
    const heard = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.altKey || anyLayerOpen()) return;
      const target = event.target;
      // What is typed in a panel, or on a button that Enter presses, is not meant for the lines.
      const typed = 'input, textarea, aside, [role="slider"]';
      const elsewhere = event.key === 'Enter' ? `${typed}, button, a` : typed;
      if (target instanceof Element && target.closest(elsewhere)) return;
      const command = event.ctrlKey || event.metaKey;
      if (!(command ? actWith(event, keys) : act(event, keys))) return;
      event.preventDefault();
    };
    // Before the lists' own keys, which know nothing of lines that do not exist yet.
    document.addEventListener('keydown', heard, true);
    return () => {
      document.removeEventListener('keydown', heard, true);
    };
  });
}

function actWith(event: KeyboardEvent, { cursor, copy }: Keys): boolean {
  // Text that was selected with the mouse is copied by the window itself.
  const selected = (window.getSelection()?.toString() ?? '') !== '';
  if (event.shiftKey || event.key.toLowerCase() !== 'c' || selected || cursor === null) return false;
  copy();
  return true;
}

function act(event: KeyboardEvent, keys: Keys): boolean {
  const { cursor, picks, toggle, close } = keys;
  const { shape, upper, moveTo } = keys.scroll;
  switch (event.key) {
    case 'j':
    case 'J':
    case 'ArrowDown':
      return walk(1, isPicking(event), keys);
    case 'k':
    case 'K':
    case 'ArrowUp':
      return walk(-1, isPicking(event), keys);
    case 'n':
    case 'N':
      keys.step?.(event.key === 'n' ? 1 : -1);
      return keys.step !== null;
    case 'x':
      if (cursor !== null) picks.mark(cursor);
      return cursor !== null;
    case 'Enter':
      if (cursor !== null) toggle(cursor);
      return cursor !== null;
    case 'ContextMenu':
    case 'F10':
      if (cursor === null || (event.key === 'F10' && !event.shiftKey)) return false;
      keys.menu(cursor);
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

/** The letters are capital with Shift, and with what locks it. */
function isPicking({ key, shiftKey }: KeyboardEvent): boolean {
  return shiftKey || key === 'J' || key === 'K';
}

function walk(by: 1 | -1, picking: boolean, { cursor, scroll, picks, setCursor }: Keys): boolean {
  const { shape, upper } = scroll;
  const { first, total, viewport } = shape;
  if (total <= first) return true;
  const start = positionAt(shape, upper + (by > 0 ? 0 : viewport - 1));
  const next = Math.min(Math.max(cursor === null ? start : cursor + by, first), total - 1);
  if (picking) picks.extendFrom(cursor ?? next);
  else picks.settle();
  setCursor(next);
  scroll.reveal(next);
  return true;
}
