import { useCallback, useEffect, useRef, useState } from 'react';

const SECONDS = 3;

export type TakeBack = {
  /** Seconds until it is sent, or null where nothing is about to be. */
  left: number | null;
  start: () => void;
  cancel: () => void;
};

/**
 * Waits three seconds before something is done that cannot be undone. Cancelling, or leaving the page, means
 * it is not done.
 */
export function useTakeBack(act: () => void): TakeBack {
  const [left, setLeft] = useState<number | null>(null);
  const timer = useRef<ReturnType<typeof setInterval> | undefined>(undefined);
  const latest = useRef(act);
  useEffect(() => {
    latest.current = act;
  });
  const cancel = useCallback(() => {
    clearInterval(timer.current);
    timer.current = undefined;
    setLeft(null);
  }, []);
  const start = useCallback(() => {
    if (timer.current !== undefined) return;
    let seconds = SECONDS;
    setLeft(seconds);
    timer.current = setInterval(() => {
      seconds -= 1;
      if (seconds > 0) {
        setLeft(seconds);
        return;
      }
      cancel();
      latest.current();
    }, 1000);
  }, [cancel]);
  useEffect(() => cancel, [cancel]);
  return { left, start, cancel };
}
