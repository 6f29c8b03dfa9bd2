import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import {
  asCommandError,
  commands,
  observedKey,
  type CommandError,
  type FleetThen,
  type Observed,
} from '../ipc';

/**
 * The fleet as it was known at a time; null for none asks for nothing. What was shown stays until it is there. While
 * somebody drags through time, one time is asked for after the other: the newest, once the one before has answered.
 */
export function useFleetThen(
  connection: string,
  at: string | null,
): { then: FleetThen | undefined; error: CommandError | null } {
  const [asked, setAsked] = useState(at);
  const { data, error, isFetching } = useQuery({
    queryKey: [connection, 'fleetAt', asked],
    queryFn: () => commands.fleetAt(connection, asked ?? ''),
    enabled: asked !== null,
    placeholderData: keepPreviousData,
    // What is known of a time may be more by the next look.
    gcTime: 0,
  });
  if (asked !== at && !isFetching) setAsked(at);
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
