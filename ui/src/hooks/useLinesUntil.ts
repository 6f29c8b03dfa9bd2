import { useEffect, useState } from 'react';
import type { LogLines } from '../app/logLines';
import type { LogLine } from '../ipc';

/** So far back lines are looked through. */
const REACH = 1000;

type Shown = { position: number; line: LogLine };
type Found = { lines: LogLines; until: number; end: number; final: boolean };

/**
 * The last lines of an instance, of those that were written until a time; of every instance where it is not
 * known which, and the newest where no time is given. Null until it is known which these are.
 */
export function useLinesUntil(
  lines: LogLines,
  instance: string | null,
  until: number | null,
  count: number,
  /** The position of the first line that was written at a time or later; null where that cannot be read. */
  positionAt: (time: string) => Promise<number | null>,
): Shown[] | null {
  const [held, setFound] = useState<Found | null>(null);
  const { first, total } = lines;
  const found = held?.lines === lines && held.until === until ? held : null;
  const final = found?.final === true;
  useEffect(() => {
    if (until === null || final || total <= first) return;
    void positionAt(new Date(until + 1).toISOString()).then((end) => {
      if (end === null) return;
      // Until a later line is there, more of those that are meant may come.
      const next = { lines, until, end, final: end < total };
      setFound((before) =>
        before?.final === true && before.lines === lines && before.until === until ? before : next,
      );
    });
  }, [lines, until, final, first, total, positionAt]);
  const end = until === null ? total : (found?.end ?? first);
  const from = Math.max(first, end - REACH);
  useEffect(() => {
    if (end > from) lines.want(from, end);
  }, [lines, from, end]);
  const shown: Shown[] = [];
  let missing = end === first;
  for (let position = end - 1; position >= from && shown.length < count; position -= 1) {
    const line = lines.at(position);
    if (line === undefined) missing = true;
    if (line && (instance === null || line.instance === instance)) shown.push({ position, line });
  }
  return missing && shown.length === 0 ? null : shown.reverse();
}
