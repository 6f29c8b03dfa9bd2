import { useMemo, useState } from 'react';
import { around, inFinerSteps, type Picked, type View, zoomed } from '../app/timeline';
import { timeline, timelineRange, type TimeRange, type Timeline } from '../ipc';
import { useFinerSteps } from './useFinerSteps';
import { useMade, type Held } from './useResource';

export type Course = {
  held: Held<Timeline>;
  /** The last that was known, also while another range is on its way. */
  known: Timeline | undefined;
  range: TimeRange | null;
  choose: (range: TimeRange) => void;
  /** What is shown, and whether that is a part of the range. */
  view: View;
  isPart: boolean;
  zoom: (at: number, factor: number) => void;
  zoomTo: (picked: Picked) => void;
  whole: () => void;
  /** The moment that is pointed at. */
  cursor: number | null;
  point: (at: number | null) => void;
  /** The span whose log is shown; null for the newest lines. */
  picked: Picked | null;
  pick: (picked: Picked | null) => void;
};

/** The timeline of an application in an environment, with what of it is looked at. */
export function useTimeline(connection: string, application: string, environment: string): Course {
  const opening = useMade(connection, timelineRange(connection, application, environment));
  const [chosen, setChosen] = useState<TimeRange | null>(null);
  // It opens around the last change and stays there while time goes on.
  const [opened, setOpened] = useState<TimeRange | null>(null);
  const first = opening.value ?? (opening.error ? 'hour' : null);
  if (opened === null && first !== null) setOpened(first);
  const range = chosen ?? opened;
  const held = useMade(
    connection,
    range === null ? null : timeline(connection, application, environment, range),
  );
  const [known, setKnown] = useState<Timeline | undefined>(undefined);
  if (held.value !== undefined && held.value !== known) setKnown(held.value);
  const [part, setPart] = useState<View | null>(null);
  // While another range is on its way, what is known is of the one before.
  const finer = useFinerSteps(connection, application, environment, known?.range ?? null, part);
  const shown = useMemo(() => (known && finer ? inFinerSteps(known, finer) : known), [known, finer]);
  const [cursor, point] = useState<number | null>(null);
  // Until somebody picks a span it is the one that is not well.
  const [own, setOwn] = useState<{ picked: Picked | null } | null>(null);
  const unwell = known?.unwellFrom ?? null;
  const picked = own ? own.picked : unwell === null ? null : { from: Date.parse(unwell), to: null };
  const all = known ? { from: Date.parse(known.from), to: Date.parse(known.to) } : { from: 0, to: 1 };
  return {
    held,
    known: shown,
    range,
    choose: (next) => {
      setChosen(next);
      setPart(null);
    },
    view: part ?? all,
    isPart: part !== null,
    zoom: (at, factor) => {
      setPart((before) => zoomed(before ?? all, all, at, factor));
    },
    zoomTo: (span) => {
      setPart(around(span, all));
    },
    whole: () => {
      setPart(null);
    },
    cursor,
    point,
    picked,
    pick: (next) => {
      setOwn({ picked: next });
    },
  };
}
