import { useEffect, useMemo, useState, useSyncExternalStore } from 'react';
import { LogLines } from '../app/logLines';
import { asCommandError, channel, commands, keepLease, type CommandError, type LogProgress } from '../ipc';

export type Tail = {
  lines: LogLines;
  /** Null until the tail has said how far it is. */
  state: LogProgress['state'] | null;
  failure: CommandError | null;
};

/** Follows the log of an application in an environment while the page shows it. */
export function useLogTail(connection: string, application: string, environment: string): Tail {
  const [state, setState] = useState<LogProgress['state'] | null>(null);
  const [failure, setFailure] = useState<CommandError | null>(null);
  const lines = useMemo(
    () =>
      new LogLines(connection, application, environment, (thrown) => {
        setFailure(asCommandError(thrown));
      }),
    [connection, application, environment],
  );
  useSyncExternalStore(lines.subscribe, lines.version);
  useEffect(
    () =>
      keepLease(connection, () => {
        const heard = channel<LogProgress>((progress) => {
          lines.grow(progress.total ?? 0);
          setState(progress.state);
          setFailure(progress.failure);
        });
        return commands.logFollow(connection, application, environment, heard).catch((thrown: unknown) => {
          setFailure(asCommandError(thrown));
          throw thrown;
        });
      }),
    [connection, application, environment, lines],
  );
  return { lines, state, failure };
}
