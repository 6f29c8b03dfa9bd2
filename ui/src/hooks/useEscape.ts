import { useLayoutEffect } from 'react';

/** Escape does it wherever the focus is, for as long as it is wanted, and nothing else. */
export function useEscape(wanted: boolean, act: () => void): void {
  useLayoutEffect(() => {
    if (!wanted) return undefined;
    const heard = (event: KeyboardEvent) => {
      if (event.key !== 'Escape') return;
      event.preventDefault();
      act();
    };
    document.addEventListener('keydown', heard, true);
    return () => {
      document.removeEventListener('keydown', heard, true);
    };
  }, [wanted, act]);
}
