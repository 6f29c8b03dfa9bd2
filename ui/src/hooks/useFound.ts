import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { asCommandError, commands, type CommandError, type ConnectionId, type FleetRow } from '../ipc';

/** Once nothing is typed for so long, in milliseconds, the server is asked. */
const REST = 400;
const LEAST = 2;

/** What the server finds beside the list that is known, which does not hold everything. It costs a request a search. */
export function useFound(
  connection: ConnectionId,
  search: string,
  isWanted: boolean,
): { rows: FleetRow[]; searching: boolean; error: CommandError | null } {
  const text = search.trim();
  const [rested, setRested] = useState(text);
  useEffect(() => {
    const rest = setTimeout(() => {
      setRested(text);
    }, REST);
    return () => {
      clearTimeout(rest);
    };
  }, [text]);
  const enabled = isWanted && rested.length >= LEAST && rested === text;
  const { data, error, isFetching } = useQuery({
    queryKey: [connection, 'found', rested],
    queryFn: () => commands.fleetFound(connection, rested),
    enabled,
    gcTime: 60_000,
  });
  return {
    rows: enabled && data ? data.rows : NONE,
    searching: enabled && isFetching,
    error: enabled && error ? asCommandError(error) : null,
  };
}

const NONE: FleetRow[] = [];
