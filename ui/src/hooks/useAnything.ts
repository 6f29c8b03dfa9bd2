import { useQuery } from '@tanstack/react-query';
import { useEffect, useMemo, useState } from 'react';
import {
  asCommandError,
  channel,
  commands,
  newCall,
  type Anything,
  type Call,
  type CommandError,
  type ConnectionId,
  type LogHolding,
  type LogsLooked,
} from '../ipc';

/** A shorter text tells nothing. */
const LEAST = 3;
/** Once nothing is typed for so long, in milliseconds, the logs are looked at. */
const REST = 400;

type InLogs = {
  found: LogHolding[];
  /** How far they were looked at; null while they are. */
  looked: LogsLooked | null;
  error: CommandError | null;
};

/** What holds a text. */
export type HeldAnywhere = {
  /** Of all that is known. */
  known: Anything;
  /** Of the logs that are kept; null before they are looked at. */
  logs: InLogs | null;
};

const NOTHING: Anything = { groups: [], mayBeDeployment: false };
const BEGUN: InLogs = { found: [], looked: null, error: null };

/** What holds a text that somebody typed or pasted; nobody is asked. Without a connection nothing does. */
export function useAnything(connection: ConnectionId | null, query: string): HeldAnywhere {
  const trimmed = query.trim();
  const text = connection !== null && trimmed.length >= LEAST ? trimmed : null;
  const { data } = useQuery({
    queryKey: [connection, 'anything', text],
    queryFn: () => commands.anythingKnown(connection ?? '', text ?? ''),
    enabled: text !== null,
    staleTime: 0,
    gcTime: 0,
  });
  const logs = useInLogs(connection ?? '', text);
  const known = (text === null ? undefined : data) ?? NOTHING;
  return useMemo(() => ({ known, logs }), [known, logs]);
}

/** Which logs hold a text: looked at after a rest, and called off when another text is typed. */
function useInLogs(connection: ConnectionId, text: string | null): InLogs | null {
  const [last, setLast] = useState<{ text: string; inLogs: InLogs } | null>(null);
  useEffect(() => {
    if (text === null) return undefined;
    let call: Call | null = null;
    let ended = false;
    const tell = (change: (before: InLogs) => InLogs) => {
      if (ended) return;
      setLast((before) => ({ text, inLogs: change(before?.text === text ? before.inLogs : BEGUN) }));
    };
    const rest = setTimeout(() => {
      const begun = newCall();
      call = begun;
      tell(() => BEGUN);
      const heard = channel<LogHolding>((one) => {
        tell((before) => ({ ...before, found: [...before.found, one] }));
      });
      commands
        .anythingInLogs(connection, text, heard, begun.number)
        .then(
          (looked) => {
            tell((before) => ({ ...before, looked }));
          },
          (thrown: unknown) => {
            tell((before) => ({ ...before, error: asCommandError(thrown) }));
          },
        )
        .finally(() => {
          call = null;
        });
    }, REST);
    return () => {
      ended = true;
      clearTimeout(rest);
      call?.off();
    };
  }, [connection, text]);
  return last !== null && last.text === text ? last.inLogs : null;
}
