import { useEffect } from 'react';
import { anyLayerOpen } from '../app/layers';

/** Letters that do something on the page, wherever the focus is, but where something is typed. */
export function useLetters(letters: Record<string, (() => void) | null>): void {
  useEffect(() => {
    const heard = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || anyLayerOpen()) return;
      if (event.target instanceof Element && event.target.closest('input, textarea, aside')) return;
      const act = Object.hasOwn(letters, event.key) ? letters[event.key] : null;
      if (!act) return;
      event.preventDefault();
      act();
    };
    document.addEventListener('keydown', heard, true);
    return () => {
      document.removeEventListener('keydown', heard, true);
    };
  });
}
