import { useEffect, useRef, type RefObject } from 'react';

/**
 * Ctrl or ⌘ with Enter sends a form from anywhere in it, and from anywhere in the panel that holds it. A key held down
 * sends nothing.
 */
export function useSendKey<E extends HTMLElement>(send: () => void): RefObject<E | null> {
  const form = useRef<E>(null);
  const latest = useRef(send);
  useEffect(() => {
    latest.current = send;
  });
  useEffect(() => {
    const root = form.current?.closest<HTMLElement>('[data-panel]') ?? form.current;
    if (!root) return undefined;
    const heard = (event: KeyboardEvent) => {
      if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
      event.preventDefault();
      if (!event.repeat) latest.current();
    };
    root.addEventListener('keydown', heard);
    return () => {
      root.removeEventListener('keydown', heard);
    };
  }, []);
  return form;
}
