import { useEffect, useMemo, useSyncExternalStore } from 'react';
import { LogSearch } from '../app/logSearch';
import type { ConnectionId, LogQuery } from '../ipc';

/** What is searched for in the log of an application in an environment, while the page shows it. */
export function useLogSearch(
  connection: ConnectionId,
  application: string,
  environment: string,
  query: LogQuery | null,
  /** As many lines as there are by now. */
  total: number,
): LogSearch | null {
  const words = query === null ? null : JSON.stringify(query);
  const search = useMemo(
    () =>
      words === null
        ? null
        : new LogSearch(connection, application, environment, JSON.parse(words) as LogQuery),
    [connection, application, environment, words],
  );
  const version = useSyncExternalStore(search?.subscribe ?? nobody, search?.version ?? nothing);
  useEffect(() => search?.begin(), [search]);
  useEffect(() => search?.goOn(total), [search, total, version]);
  return search;
}

const nobody = () => () => undefined;
const nothing = () => 0;
