import { useEffect, useState } from 'react';
import type { LogSearch } from '../app/logSearch';

type Near = { number: number; position: number };

/** The match at a position of the log or after it, by its number; null until that is known. */
export function useNearMatch(
  search: LogSearch | null,
  position: number | null,
  /** As many there are by now: those before it are counted anew. */
  matches: number,
): Near | null {
  const [found, setFound] = useState<{ search: LogSearch; asked: number; near: Near | null } | null>(null);
  useEffect(() => {
    if (search === null || position === null || matches === 0) return undefined;
    let wanted = true;
    void search.step(position, 'here').then((near) => {
      if (wanted) setFound({ search, asked: position, near });
    });
    return () => {
      wanted = false;
    };
  }, [search, position, matches]);
  return found?.search === search && found?.asked === position ? found.near : null;
}
