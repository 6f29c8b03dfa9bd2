import { useEffect, useLayoutEffect, useRef, useState } from 'react';
import type { LogHeat } from '../ipc';
import { useNow } from './useNow';

/** As many parts of a log are told apart beside its scroll bar. */
const PARTS = 200;

/** Parts of a log with how much of each is bad; null where they cannot be read, which whoever gives it says. */
export type AskHeat = (parts: number) => Promise<LogHeat[] | null>;

/** Where a log is bad, read again at most once a second while it grows. */
export function useLogHeat(ask: AskHeat, total: number): LogHeat[] {
  const now = useNow(1);
  const [heat, setHeat] = useState<LogHeat[]>([]);
  const latest = useRef(total);
  const asked = useRef<{ ask: AskHeat; total: number } | null>(null);
  useLayoutEffect(() => {
    latest.current = total;
  }, [total]);
  useEffect(() => {
    const before = asked.current;
    if (before?.ask === ask && before.total === latest.current) return;
    const mine = { ask, total: latest.current };
    asked.current = mine;
    void ask(PARTS).then((parts) => {
      if (asked.current !== mine) return;
      setHeat(parts ?? []);
      // What could not be read is read again with the next second.
      if (parts === null) asked.current = null;
    });
  }, [ask, now]);
  return heat;
}
