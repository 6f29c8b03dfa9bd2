import { useEffect, useMemo, useSyncExternalStore } from 'react';
import { LogSearch, type SearchWay } from '../app/logSearch';
import type { LogLines } from '../app/logLines';
import type { LogQuery } from '../ipc';

/** What is searched for in a log, or in several as one, while the page shows it. */
export function useLogSearch(
  way: SearchWay,
  query: LogQuery | null,
  /** As many lines as there are by now. */
  total: number,
  /** The lines that are searched in. */
  { generation }: LogLines,
): LogSearch | null {
  const words = query === null ? null : JSON.stringify(query);
  const search = useMemo(
    () => (words === null ? null : new LogSearch(way, JSON.parse(words) as LogQuery)),
    [way, words],
  );
  const version = useSyncExternalStore(search?.subscribe ?? nobody, search?.version ?? nothing);
  useEffect(() => search?.begin(), [search]);
  useEffect(() => search?.goOn(total), [search, total, version]);
  useEffect(() => search?.renew(generation), [search, generation]);
  return search;
}

const nobody = () => () => undefined;
const nothing = () => 0;
