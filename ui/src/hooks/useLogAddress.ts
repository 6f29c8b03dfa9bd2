import { useEffect, useRef, useState } from 'react';
import { logFrom, type LogFilter, type LogLook } from '../app/logFilter';
import { go, goInstead, useAddress } from '../app/navigation';
import { paths } from '../app/paths';

/** What the log of the address is narrowed by, and how it is looked at. */
export type LogAddress = LogFilter &
  LogLook & {
    /** Another filter, without a step to come back to: it is typed. */
    change: (filter: LogFilter) => void;
    /** Another look at the same, which Back takes back. */
    see: (all: boolean) => void;
    /** What is new since a time, or since the last deployment; null for the lines again. Back takes it back. */
    showNew: (since: string | null) => void;
  };

/** A log's page keeps in the address what is searched for: Back, a copied link and a second window have it too. */
export function useLogAddress(connection: string, key: string, environment: string): LogAddress {
  const now = useAddress();
  const page = paths.application(connection, key, environment, 'logs');
  // A panel beside the log has the address for itself; the log stays what it was.
  const [kept, keep] = useState(now);
  const panel = now.startsWith(`${page}?`) && /[?&]deploy=/.test(now);
  const ours = now.split('?')[0] === page && !panel;
  if (ours && now !== kept) keep(now);
  // Closing it leads to the page's plain address: what was searched for is still meant.
  const before = useRef<string | null>(null);
  useEffect(() => {
    if (panel) {
      before.current = kept;
      return;
    }
    if (before.current !== null && now === page) goInstead(before.current);
    before.current = null;
  }, [panel, now, page, kept]);
  const { all, at, since, ...filter } = logFrom(ours ? now : kept);
  return {
    ...filter,
    all,
    at,
    since,
    change: (next) => {
      goInstead(paths.logs(connection, key, environment, next, { all, since }));
    },
    see: (other) => {
      go(paths.logs(connection, key, environment, filter, { all: other }));
    },
    showNew: (next) => {
      go(paths.logs(connection, key, environment, filter, { all, since: next }));
    },
  };
}
