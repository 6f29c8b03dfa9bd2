import { useCallback, useEffect, useRef, useState } from 'react';
import { MergedLogs } from '../app/mergedLogs';
import { asCommandError, commands, type CommandError, type ConnectionId, type OpenedLog } from '../ipc';

/** A file is read in pieces of so many bytes. */
const PIECE = 1024 * 1024;

/** A log file that is shown. */
export type LogFile = { name: string; opened: OpenedLog; logs: MergedLogs };

export type LogFileReading = {
  file: LogFile | null;
  /** How much of a file was read, while it is. */
  progress: { name: string; bytes: number; of: number } | null;
  error: CommandError | null;
  open: (file: File) => void;
  /** Closes the file, or reads it no further. */
  close: () => void;
};

/** Reads a log file into a book of its own, so that it is searched and shown as any log. */
export function useLogFile(connection: ConnectionId): LogFileReading {
  const [file, setFile] = useState<LogFile | null>(null);
  const [progress, setProgress] = useState<LogFileReading['progress']>(null);
  const [error, setError] = useState<CommandError | null>(null);
  const turn = useRef(0);
  const set = useRef<number | null>(null);

  const close = useCallback(() => {
    turn.current += 1;
    // What cannot be erased now is erased when the app starts again.
    if (set.current !== null) commands.mergedClose(set.current).catch(() => undefined);
    set.current = null;
    setFile(null);
    setProgress(null);
    setError(null);
  }, []);
  useEffect(() => close, [close, connection]);

  const open = (source: File) => {
    close();
    const mine = turn.current;
    const isOff = () => turn.current !== mine;
    const told = (bytes: number) => {
      if (!isOff()) setProgress({ name: source.name, bytes, of: source.size });
    };
    told(0);
    read(connection, source, told, isOff).then(
      async (opened) => {
        if (opened === null) return;
        if (isOff()) {
          await commands.mergedClose(opened.set);
          return;
        }
        set.current = opened.set;
        // The lines of one log need no name each.
        const logs = new MergedLogs(opened.logs.length > 1 ? opened.logs : [], (thrown) => {
          setError(thrown === null ? null : asCommandError(thrown));
        });
        logs.open(Promise.resolve(opened.set));
        const { generation, total } = await commands.mergedRefresh(opened.set);
        logs.lines.renew(generation ?? 0, total ?? 0);
        if (isOff()) return;
        setFile({ name: source.name, opened, logs });
        setProgress(null);
      },
      (thrown: unknown) => {
        if (isOff()) return;
        setProgress(null);
        setError(asCommandError(thrown));
      },
    );
  };
  return { file, progress, error, open, close };
}

/** Reads a file to its end; null where it was called off. What is no UTF-8 is replaced where it stands. */
async function read(
  connection: ConnectionId,
  source: File,
  told: (bytes: number) => void,
  isOff: () => boolean,
): Promise<OpenedLog | null> {
  const written = new Date(source.lastModified).toISOString();
  const file = await commands.logFileOpen(connection, source.name, written);
  try {
    const decoder = new TextDecoder('utf-8');
    for (let from = 0; from < source.size; from += PIECE) {
      if (isOff()) {
        await commands.logFileClose(file);
        return null;
      }
      const piece = await bytesOf(source.slice(from, from + PIECE));
      await commands.logFileTake(file, decoder.decode(piece, { stream: true }));
      told(Math.min(from + PIECE, source.size));
    }
    await commands.logFileTake(file, decoder.decode());
    return await commands.logFileShow(file);
  } catch (thrown) {
    commands.logFileClose(file).catch(() => undefined);
    throw thrown;
  }
}

function bytesOf(piece: Blob): Promise<Uint8Array<ArrayBuffer>> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => {
      resolve(new Uint8Array(reader.result as ArrayBuffer));
    };
    reader.onerror = () => {
      reject(reader.error ?? new Error(piece.type));
    };
    reader.readAsArrayBuffer(piece);
  });
}
