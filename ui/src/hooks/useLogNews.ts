import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { asCommandError, commands, newCall, type CommandError, type LogNewSince } from '../ipc';

/** While lines come it is looked again so often, in milliseconds. */
const AGAIN = 5000;

export type LogNews = {
  /** What is new; undefined while it is not known. */
  value: LogNewSince | undefined;
  error: CommandError | null;
  again: () => void;
};

/** What is new in a log since a time, looked for again as lines come; null for no time looks for nothing. */
export function useLogNews(
  connection: string,
  application: string,
  environment: string,
  since: string | null,
  levels: string[],
  /** How many lines there are. */
  total: number,
): LogNews {
  const { data, error, refetch } = useQuery({
    queryKey: ['logNews', connection, application, environment, since, levels],
    queryFn: ({ signal }) => {
      const call = newCall();
      signal.addEventListener('abort', call.off);
      return commands.logNewSince(connection, application, environment, since ?? '', levels, call.number);
    },
    enabled: since !== null,
    staleTime: 0,
    gcTime: 0,
  });
  const now = useRef(total);
  useEffect(() => {
    now.current = total;
  }, [total]);
  useEffect(() => {
    if (since === null) return undefined;
    let looked = now.current;
    const timer = setInterval(() => {
      if (looked === now.current) return;
      looked = now.current;
      // One that is under way is not called off for it.
      void refetch({ cancelRefetch: false });
    }, AGAIN);
    return () => {
      clearInterval(timer);
    };
  }, [since, refetch]);
  return {
    value: data,
    error: error === null ? null : asCommandError(error),
    again: () => {
      void refetch();
    },
  };
}
