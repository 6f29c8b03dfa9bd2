import { useEffect, useRef, type RefObject } from 'react';

/** Focus goes back to what had it before the panel came, once the panel is gone; else to the page. */
export function useFocusReturn(panel: RefObject<HTMLElement | null>): void {
  const before = useRef(document.activeElement);
  useEffect(() => {
    const from = before.current;
    const element = panel.current;
    return () => {
      queueMicrotask(() => {
        if (element?.isConnected || document.activeElement !== document.body) return;
        if (from instanceof HTMLElement && from.isConnected && from !== document.body) from.focus();
        else document.querySelector<HTMLElement>('main')?.focus();
      });
    };
  }, [panel]);
}
