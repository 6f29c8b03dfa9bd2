import { useCallback, useEffect, useMemo, useState, useSyncExternalStore } from 'react';
import { LogLines } from '../app/logLines';
import {
  asCommandError,
  channel,
  commands,
  keepLease,
  refreshLogs,
  type CommandError,
  type LogProgress,
} from '../ipc';

export type Tail = {
  lines: LogLines;
  /** Null until the tail has said how far it is. */
  state: LogProgress['state'] | null;
  /** Why nothing newer comes, or why what is kept cannot be read. */
  failure: CommandError | null;
  /** When the newest line there is was here last. */
  liveAt: string | null;
  /** The last lines that were dropped before they could be fetched. */
  gap: LogProgress['gap'];
  /** The position of the first line that was written at a time or later; null where that cannot be read. */
  positionAt: (time: string) => Promise<number | null>;
  /** Asks once more, now. */
  again: () => void;
};

type Heard = Pick<Tail, 'state' | 'failure' | 'liveAt' | 'gap'>;

const NOTHING: Heard = { state: null, failure: null, liveAt: null, gap: null };

/** Follows the log of an application in an environment while the page shows it. */
export function useLogTail(connection: string, application: string, environment: string): Tail {
  const [tail, setTail] = useState(NOTHING);
  const [unread, setUnread] = useState<CommandError | null>(null);
  const lines = useMemo(
    () =>
      new LogLines(
        (from, count) => commands.logWindow(connection, application, environment, from, count),
        (thrown) => {
          setUnread(thrown === null ? null : asCommandError(thrown));
        },
        (generation, positions) =>
          commands.logMoved(connection, application, environment, generation, positions),
      ),
    [connection, application, environment],
  );
  useSyncExternalStore(lines.subscribe, lines.version);
  useEffect(
    () =>
      keepLease(
        connection,
        () => {
          const heard = channel<LogProgress>((progress) => {
            lines.grow(progress.total ?? 0);
            const { state, failure, gap } = progress;
            setTail((before) => ({
              state,
              failure,
              gap,
              liveAt: state === 'live' ? new Date().toISOString() : before.liveAt,
            }));
          });
          return commands.logFollow(connection, application, environment, heard).catch((thrown: unknown) => {
            setTail((before) => ({ ...before, failure: asCommandError(thrown) }));
            throw thrown;
          });
        },
        'log',
      ),
    [connection, application, environment, lines],
  );
  const positionAt = useCallback(
    (time: string) =>
      commands.logPositionAt(connection, application, environment, time).then(
        ({ position }) => position,
        (thrown: unknown) => {
          setUnread(asCommandError(thrown));
          return null;
        },
      ),
    [connection, application, environment],
  );
  return {
    lines,
    state: tail.state,
    failure: tail.failure ?? unread,
    liveAt: tail.liveAt,
    gap: tail.gap,
    positionAt,
    again: () => {
      lines.again();
      refreshLogs();
    },
  };
}
