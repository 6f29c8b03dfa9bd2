import { keepPreviousData, useQuery } from '@tanstack/react-query';
import {
  asCommandError,
  commands,
  observedKey,
  type CommandError,
  type FleetThen,
  type Observed,
} from '../ipc';

/** The fleet as it was known at a time; null for none asks for nothing. What was shown stays until it is there. */
export function useFleetThen(
  connection: string,
  at: string | null,
): { then: FleetThen | undefined; error: CommandError | null } {
  const { data, error } = useQuery({
    queryKey: [connection, 'fleetAt', at],
    queryFn: () => commands.fleetAt(connection, at ?? ''),
    enabled: at !== null,
    placeholderData: keepPreviousData,
    // What is known of a time may be more by the next look.
    gcTime: 0,
  });
  return { then: at === null ? undefined : data, error: error ? asCommandError(error) : null };
}

/** Since when the past is known. It goes on with each reading of the applications. */
export function useObserved(connection: string, wanted: boolean): Observed | undefined {
  const { data } = useQuery({
    queryKey: observedKey(connection),
    queryFn: () => commands.observed(connection),
    enabled: wanted,
  });
  return data;
}
