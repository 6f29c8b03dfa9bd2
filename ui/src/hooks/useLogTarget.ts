import { useCallback, useEffect, type RefObject } from 'react';
import type { LogSearch } from '../app/logSearch';
import type { LogViewHandle } from '../components/LogView';
import type { Tail } from './useLogTail';

/** Brings the view of a log to a time; it begins at one where the address says so. */
export function useLogTarget(
  view: RefObject<LogViewHandle | null>,
  { positionAt, lines }: Tail,
  /** What is looked at where that is not the whole log: then it is the match there. */
  found: LogSearch | null,
  begin: string | null,
): (time: string) => void {
  const goTo = useCallback(
    async (time: string) => {
      const position = await positionAt(time);
      if (position === null) return;
      const match = found && (await found.placeAt(position));
      view.current?.goTo(match ?? position);
    },
    [view, positionAt, found],
  );
  const any = lines.total > lines.first;
  useEffect(() => {
    if (begin === null || !any) return;
    void positionAt(begin).then((position) => {
      if (position !== null) view.current?.goTo(position);
    });
  }, [view, begin, any, positionAt]);
  return (time) => {
    void goTo(time);
  };
}
