import { useEffect, useRef } from 'react';
import { anyLayerOpen } from '../app/layers';

type Acts = { undo: () => void; review: () => void; pasted: (text: string) => void };

/** Keys of the configuration: undo and paste where nothing is typed, and saving from everywhere. */
export function useConfigurationKeys(on: boolean, acts: Acts): void {
  const latest = useRef(acts);
  useEffect(() => {
    latest.current = acts;
  });
  useEffect(() => {
    if (!on) return undefined;
    const keyDown = (event: KeyboardEvent) => {
      if (event.defaultPrevented || anyLayerOpen() || event.altKey) return;
      if (!(event.ctrlKey || event.metaKey) || event.shiftKey || event.repeat) return;
      const key = event.key.toLowerCase();
      if (key === 's') latest.current.review();
      else if (key === 'z' && !isTyping(event.target)) latest.current.undo();
      else return;
      event.preventDefault();
    };
    const paste = (event: ClipboardEvent) => {
      if (event.defaultPrevented || anyLayerOpen() || isTyping(event.target)) return;
      const text = event.clipboardData?.getData('text') ?? '';
      if (text.trim() === '') return;
      event.preventDefault();
      latest.current.pasted(text);
    };
    document.addEventListener('keydown', keyDown);
    document.addEventListener('paste', paste);
    return () => {
      document.removeEventListener('keydown', keyDown);
      document.removeEventListener('paste', paste);
    };
  }, [on]);
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest('input, textarea, [contenteditable="true"]') !== null;
}
