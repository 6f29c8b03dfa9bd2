import { useDeferredValue, useMemo } from 'react';
import { filterRows, sortRows } from '../app/filter';
import { askedOf, isWhole, type List } from '../app/list';
import type { ConnectionId, Fleet, FleetRow, Stage } from '../ipc';
import { useFound, type Found } from './useFound';

export type Listed = {
  rows: FleetRow[];
  /** The columns of these rows. */
  environments: Stage[];
  /** So many applications are known, or were found. */
  loaded: number;
  /** What the server is asked for beyond what is known; null where everything is known. */
  found: Found | null;
  /** Whether the server was asked for more than the list as it stands. */
  isNarrowed: boolean;
};

/** The rows of a list: those of the fleet that fit, and where it does not hold everything, what the server finds. */
export function useListed(connection: ConnectionId, fleet: Fleet, list: List): Listed {
  const { search, filter, environment, sort } = list;
  const wanted = useDeferredValue(search);
  const { nextPage } = fleet;
  const asked = askedOf(list);
  const isNarrowed = !isWhole(asked);
  const found = useFound(connection, nextPage === null ? null : asked, isNarrowed ? 1 : (nextPage ?? 1));
  const isServed = nextPage !== null && asked.sort !== null && found.total !== null;
  const beyond = useMemo(() => inFleet(fleet.rows, found.rows), [fleet.rows, found.rows]);
  const rows = useMemo(() => {
    const fitting = filterRows(rowsIn(beyond, environment), '', filter);
    // The server's order has gaps between its pages and what else is known.
    if (isServed) return fitting;
    const here = filterRows(rowsIn(fleet.rows, environment), wanted, filter);
    return sortRows(joined(here, fitting), sort);
  }, [fleet.rows, beyond, wanted, filter, environment, sort, isServed]);
  const loaded = useMemo(() => joined(fleet.rows, beyond).length, [fleet.rows, beyond]);
  return {
    rows,
    environments:
      found.environments.length > fleet.environments.length ? found.environments : fleet.environments,
    loaded,
    found: nextPage === null ? null : found,
    isNarrowed,
  };
}

/** What was found, as the fleet knows it where it does: that is kept fresh. */
function inFleet(known: FleetRow[], found: FleetRow[]): FleetRow[] {
  if (found.length === 0) return found;
  const rows = new Map(known.map((row) => [row.key, row]));
  return found.map((row) => rows.get(row.key) ?? row);
}

/** Both, each row once. */
function joined(some: FleetRow[], others: FleetRow[]): FleetRow[] {
  if (others.length === 0) return some;
  const keys = new Set(some.map((row) => row.key));
  return [...some, ...others.filter((row) => !keys.has(row.key))];
}

function rowsIn(rows: FleetRow[], environment: string | null): FleetRow[] {
  if (environment === null) return rows;
  return rows.filter(({ cells }) => cells.some((cell) => cell.environment === environment && cell.place));
}
