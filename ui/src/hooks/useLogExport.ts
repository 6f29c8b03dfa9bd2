import { useCallback, useEffect, useRef, useState } from 'react';
import { exportLogs } from '../app/mergedLogs';
import { asCommandError, newCall, type CommandError, type LogExport, type LogPart } from '../ipc';

export type LogExporting = {
  state:
    | { is: 'writing'; progress: LogExport | null }
    | { is: 'written'; progress: LogExport }
    | { is: 'failed'; error: CommandError }
    | null;
  write: (part: LogPart) => void;
  /** Calls the writing off, or forgets how it ended. */
  end: () => void;
};

/** Writes lines of a set to a file. `take` gives the set's number, and what is done once it is not needed any more. */
export function useLogExport(
  connection: string,
  take: () => Promise<{ set: number; done: () => void }>,
): LogExporting {
  const [state, setState] = useState<LogExporting['state']>(null);
  const off = useRef<(() => void) | null>(null);
  const end = useCallback(() => {
    off.current?.();
    off.current = null;
    setState(null);
  }, []);
  useEffect(() => () => off.current?.(), []);
  const write = async (part: LogPart) => {
    const call = newCall();
    off.current = call.off;
    const isOff = () => off.current !== call.off;
    setState({ is: 'writing', progress: null });
    try {
      const { set, done } = await take();
      const told = (progress: LogExport) => {
        if (!isOff()) setState({ is: 'writing', progress });
      };
      const written = await exportLogs(connection, set, part, call.number, told).finally(done);
      if (!isOff()) setState(written && { is: 'written', progress: written });
    } catch (thrown) {
      if (!isOff()) setState({ is: 'failed', error: asCommandError(thrown) });
    }
    if (!isOff()) off.current = null;
  };
  return { state, write: (part) => void write(part), end };
}
