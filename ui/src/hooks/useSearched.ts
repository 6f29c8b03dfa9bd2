import { useMemo } from 'react';
import type { ConnectionId, Fleet, FleetRow } from '../ipc';
import { searching, useFound, type Found } from './useFound';
import { useFleet } from './useFleet';
import type { Held } from './useResource';

export type Searched = {
  fleet: Fleet;
  held: Held<Fleet>;
  /** What the server found beside what is listed. */
  found: FleetRow[];
  /** How the search is doing; null where everything is listed. */
  search: Found | null;
};

/**
 * The fleet as it is known, and where the instance has more applications than are listed, what it finds of a text. It
 * is asked where that is wanted: a search costs a request.
 */
export function useSearched(connection: ConnectionId, text: string, isWanted = true): Searched {
  const { fleet, held } = useFleet(connection);
  const goesOn = fleet.nextPage !== null;
  const query = goesOn && isWanted && text.trim() !== '' ? searching(text) : null;
  const search = useFound(connection, query, 1);
  const { rows } = search;
  const found = useMemo(() => {
    if (rows.length === 0) return rows;
    const known = new Set(fleet.rows.map(({ key }) => key));
    return rows.filter(({ key }) => !known.has(key));
  }, [rows, fleet.rows]);
  return { fleet, held, found, search: goesOn ? search : null };
}
