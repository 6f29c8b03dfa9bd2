import { useSyncExternalStore } from 'react';

type Ticker = { now: () => number; join: (heard: () => void) => () => void };

const tickers = { 1: ticker(1), 10: ticker(10) };

/**
 * The time, renewed for all who ask for the same step by one shared timer; it stands still while the page is
 * hidden. It re-renders ages and asks nothing of anyone.
 */
export function useNow(stepSeconds: 1 | 10 = 10): number {
  const { join, now } = tickers[stepSeconds];
  return useSyncExternalStore(join, now);
}

function ticker(step: number): Ticker {
  let now = Date.now();
  let timer: ReturnType<typeof setInterval> | undefined;
  const listeners = new Set<() => void>();
  const tick = () => {
    if (document.hidden) return;
    now = Date.now();
    for (const heard of [...listeners]) heard();
  };
  return {
    now: () => {
      // Nobody kept it while nobody listened.
      if (listeners.size === 0 && Math.abs(Date.now() - now) >= step * 1000) now = Date.now();
      return now;
    },
    join: (heard) => {
      if (listeners.size === 0) {
        timer = setInterval(tick, step * 1000);
        document.addEventListener('visibilitychange', tick);
      }
      listeners.add(heard);
      return () => {
        listeners.delete(heard);
        if (listeners.size > 0) return;
        clearInterval(timer);
        document.removeEventListener('visibilitychange', tick);
      };
    },
  };
}
