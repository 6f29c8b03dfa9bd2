import { useCallback, useEffect, useRef, useState } from 'react';
import { useGone } from './useGone';

const SECONDS = 3;

export type TakeBack<T> = {
  /** Seconds until it is done, or null where nothing is about to be. */
  left: number | null;
  /** What is about to be done, as it was confirmed. */
  what: T | null;
  start: (what: T) => void;
  cancel: () => void;
};

/**
 * Waits three seconds before something is done that cannot be undone: with what was confirmed, whatever changes
 * meanwhile. Cancelling, or leaving the page, means it is not done.
 */
export function useTakeBack<T>(act: (what: T) => void): TakeBack<T> {
  const [about, setAbout] = useState<{ left: number; what: T } | null>(null);
  const timer = useRef<ReturnType<typeof setInterval> | undefined>(undefined);
  const latest = useRef(act);
  const gone = useGone();
  useEffect(() => {
    latest.current = act;
  });
  const cancel = useCallback(() => {
    clearInterval(timer.current);
    timer.current = undefined;
    setAbout(null);
  }, []);
  const start = useCallback(
    (what: T) => {
      // Who has left meanwhile is asked nothing and does nothing.
      if (timer.current !== undefined || gone.current) return;
      let seconds = SECONDS;
      setAbout({ left: seconds, what });
      timer.current = setInterval(() => {
        seconds -= 1;
        if (seconds > 0) {
          setAbout({ left: seconds, what });
          return;
        }
        cancel();
        latest.current(what);
      }, 1000);
    },
    [cancel, gone],
  );
  useEffect(() => cancel, [cancel]);
  return { left: about?.left ?? null, what: about?.what ?? null, start, cancel };
}
