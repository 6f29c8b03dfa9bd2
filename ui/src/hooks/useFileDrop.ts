import { useEffect, useRef } from 'react';

/** Takes a file that is dropped anywhere on the page. */
export function useFileDrop(take: (file: File) => void): void {
  const latest = useRef(take);
  useEffect(() => {
    latest.current = take;
  });
  useEffect(() => {
    const over = (event: DragEvent) => {
      if (event.dataTransfer?.types.includes('Files') === true) event.preventDefault();
    };
    const dropped = (event: DragEvent) => {
      const [file] = event.dataTransfer?.files ?? [];
      if (!file) return;
      event.preventDefault();
      latest.current(file);
    };
    // Before what refuses all other drops.
    document.addEventListener('dragover', over, true);
    document.addEventListener('drop', dropped, true);
    return () => {
      document.removeEventListener('dragover', over, true);
      document.removeEventListener('drop', dropped, true);
    };
  }, []);
}
