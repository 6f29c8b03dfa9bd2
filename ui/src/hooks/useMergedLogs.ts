import { useEffect, useMemo, useState, useSyncExternalStore } from 'react';
import { logWord } from '../app/logNames';
import { MergedLogs } from '../app/mergedLogs';
import {
  asCommandError,
  channel,
  commands,
  keepLease,
  refreshLogs,
  type CommandError,
  type LogName,
  type LogProgress,
} from '../ipc';

type Heard = Pick<LogProgress, 'state' | 'failure' | 'gap'> & { total: number };

export type MergedTail = {
  logs: MergedLogs;
  /** How the tails are doing: as the one that is furthest behind. Null until one has said something. */
  state: Heard['state'] | null;
  /** Why nothing newer comes of a log, and of which; or why what is kept cannot be read. */
  failure: { error: CommandError; of: string | null } | null;
  again: () => void;
};

const BEHIND: Heard['state'][] = ['waiting', 'catchingUp', 'live'];

/** Follows several logs while the page shows them as one. */
export function useMergedLogs(connection: string, names: LogName[], following: boolean): MergedTail {
  const [tails, setTails] = useState<Record<string, Heard>>({});
  const [failed, setFailed] = useState<Record<string, CommandError>>({});
  const [unread, setUnread] = useState<CommandError | null>(null);
  // The same logs are the same, whoever made the list.
  const words = JSON.stringify(names);
  const logs = useMemo(
    () =>
      new MergedLogs(
        JSON.parse(words) as LogName[],
        (thrown) => {
          setUnread(thrown === null ? null : asCommandError(thrown));
        },
        connection,
      ),
    [connection, words],
  );

  useEffect(() => {
    const wanted = JSON.parse(words) as LogName[];
    const close = logs.open(commands.mergedOpen(connection, wanted));
    const leases = wanted.map((log) => {
      const word = logWord(log);
      return keepLease(
        connection,
        () => {
          const heard = channel<LogProgress>(({ total, state, failure, gap }) => {
            setTails((before) => ({ ...before, [word]: { total: total ?? 0, state, failure, gap } }));
          });
          return commands.logFollow(connection, log.application, log.environment, heard).then(
            (lease) => {
              setFailed((before) => without(before, word));
              return lease;
            },
            (thrown: unknown) => {
              setFailed((before) => ({ ...before, [word]: asCommandError(thrown) }));
              throw thrown;
            },
          );
        },
        'log',
      );
    });
    return () => {
      for (const end of leases) end();
      close();
      setTails({});
      setFailed({});
    };
  }, [connection, words, logs]);
  useSyncExternalStore(logs.lines.subscribe, logs.lines.version);
  const heard = names.flatMap((name) => tails[logWord(name)] ?? []);
  const total = heard.reduce((sum, each) => sum + each.total, 0);
  useEffect(() => {
    logs.grow(total, following);
  }, [logs, total, following]);
  const states = heard.map(({ state }) => state);
  const bad = names
    .map(logWord)
    .flatMap((word) => {
      const error = failed[word] ?? tails[word]?.failure;
      return error ? [{ error, of: word }] : [];
    })
    .at(0);
  return {
    logs,
    state: BEHIND.find((state) => states.includes(state)) ?? null,
    failure: bad ?? (unread ? { error: unread, of: null } : null),
    again: () => {
      logs.lines.again();
      refreshLogs();
    },
  };
}

function without<V>(before: Record<string, V>, name: string): Record<string, V> {
  return Object.fromEntries(Object.entries(before).filter(([each]) => each !== name));
}
