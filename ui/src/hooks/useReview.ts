import { useEffect, useRef, useState } from 'react';
import type { Json } from '../app/manifest';
import { asCommandError, commands, type CommandError, type Merged, type Side } from '../ipc';

/** What a document was, what I made of it, and what it is now. */
export type Versions = { base: Json; mine: Json; theirs: Json };

export type Review = {
  merged: Merged | null;
  error: CommandError | null;
  /** Somebody has to choose yet. */
  open: number;
  choose: (path: string, side: Side) => void;
};

/** Two changes of a document brought together, with what was chosen where they collide. */
export function useReview(versions: Versions | null): Review {
  const [choices, setChoices] = useState<Record<string, Side>>({});
  const [merged, setMerged] = useState<Merged | null>(null);
  const [error, setError] = useState<CommandError | null>(null);
  const asked = useRef(0);
  useEffect(() => {
    asked.current += 1;
    const now = asked.current;
    if (!versions) return;
    const { base, mine, theirs } = versions;
    commands.mergeChanges(base, mine, theirs, choices).then(
      (made) => {
        if (now === asked.current) setMerged(made);
      },
      (thrown: unknown) => {
        if (now === asked.current) setError(asCommandError(thrown));
      },
    );
  }, [versions, choices]);
  return {
    merged: versions ? merged : null,
    error,
    open: merged?.changes.filter(({ by, chosen }) => by === 'collision' && chosen === null).length ?? 0,
    choose: (path, side) => {
      setChoices((before) => ({ ...before, [path]: side }));
    },
  };
}
