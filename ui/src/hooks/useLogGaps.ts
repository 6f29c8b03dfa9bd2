import { useEffect, useRef, useState } from 'react';
import type { LogLines } from '../app/logLines';
import {
  asCommandError,
  channel,
  commands,
  newCall,
  type Call,
  type CommandError,
  type Filled,
  type LogGapView,
} from '../ipc';

/** How far the filling of a gap is, and what can be done about it. */
export type Filling = {
  /** Lines loaded so far; null where nothing is under way. */
  lines: number | null;
  stopping: boolean;
  load: () => void;
  stop: () => void;
};

type Running = { call: Call; lines: number; stopping: boolean };

/** Fetches what is missing in a log, while the page shows it. */
export function useLogGaps(
  connection: string,
  application: string,
  environment: string,
  lines: LogLines,
): { of: (gap: LogGapView) => Filling; failure: CommandError | null } {
  const [running, setRunning] = useState<Partial<Record<string, Running>>>({});
  const [failure, setFailure] = useState<CommandError | null>(null);
  const calls = useRef(new Set<Call>());
  useEffect(() => {
    const begun = calls.current;
    return () => {
      for (const call of begun) call.off();
    };
  }, [lines]);

  const change = (id: string, next: (before: Running) => Running | undefined) => {
    setRunning((all) => {
      const before = all[id];
      return before ? { ...all, [id]: next(before) } : all;
    });
  };
  const load = (id: string) => {
    const call = newCall();
    calls.current.add(call);
    setFailure(null);
    setRunning((all) => ({ ...all, [id]: { call, lines: 0, stopping: false } }));
    const heard = channel<Filled>((filled) => {
      change(id, (before) => ({ ...before, lines: filled.lines }));
      lines.reread();
    });
    commands
      .logBackfill(connection, application, environment, id, heard, call.number)
      .then(
        (filled) => {
          setFailure(filled.failure);
        },
        (thrown: unknown) => {
          setFailure(asCommandError(thrown));
        },
      )
      .finally(() => {
        calls.current.delete(call);
        change(id, () => undefined);
        lines.reread();
      });
  };
  return {
    failure,
    of: ({ id }) => {
      const now = running[id];
      return {
        lines: now?.lines ?? null,
        stopping: now?.stopping ?? false,
        load: () => {
          load(id);
        },
        stop: () => {
          now?.call.off();
          change(id, (before) => ({ ...before, stopping: true }));
        },
      };
    },
  };
}
