import { useCallback, useMemo, useState } from 'react';

export type LogPicks = {
  /** How many lines are picked besides the one that the keys stand on. */
  count: number;
  has: (position: number) => boolean;
  /** Lines from here to the cursor, wherever that goes. */
  extendFrom: (position: number) => void;
  /** The cursor goes on alone; what was marked stays. */
  settle: () => void;
  /** Marks a line by itself, or no longer. */
  mark: (position: number) => void;
  clear: () => void;
  /** What is picked, in the order of the log: from, to, one past the last. */
  spans: () => [from: number, to: number][];
  /** The same as one; null where lines between are not picked. */
  span: () => [from: number, to: number] | null;
};

/** Which lines of a log are picked: those between one and the cursor, and those that are marked one by one. */
export function useLogPicks(cursor: number | null): LogPicks {
  const [anchor, setAnchor] = useState<number | null>(null);
  const [marked, setMarked] = useState(NONE);
  const range = useMemo<[number, number] | null>(
    () => (anchor === null || cursor === null ? null : [Math.min(anchor, cursor), Math.max(anchor, cursor)]),
    [anchor, cursor],
  );
  const inRange = useCallback(
    (position: number) => range !== null && position >= range[0] && position <= range[1],
    [range],
  );
  const outside = [...marked].filter((position) => !inRange(position));
  const spans = () => {
    const all = outside.map((position): [number, number] => [position, position + 1]);
    if (range !== null) all.push([range[0], range[1] + 1]);
    if (all.length === 0 && cursor !== null) all.push([cursor, cursor + 1]);
    return all.sort(([one], [other]) => one - other);
  };
  return {
    count: outside.length + (range === null ? 0 : range[1] - range[0] + 1),
    has: (position) => marked.has(position) || inRange(position),
    extendFrom: (position) => {
      setAnchor((before) => before ?? position);
    },
    settle: () => {
      setAnchor(null);
    },
    mark: (position) => {
      setMarked((before) => {
        const next = new Set(before);
        if (!next.delete(position)) next.add(position);
        return next;
      });
    },
    clear: () => {
      setAnchor(null);
      setMarked(NONE);
    },
    spans,
    span: () => {
      const all = spans();
      const [first, last] = [all.at(0), all.at(-1)];
      const isOne = all.every(([from], at) => at === 0 || from === all[at - 1]?.[1]);
      return first && last && isOne ? [first[0], last[1]] : null;
    },
  };
}

const NONE: ReadonlySet<number> = new Set();
