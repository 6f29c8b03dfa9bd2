import { useQuery } from '@tanstack/react-query';
import { commands, type Capability, type ConnectionId } from '../ipc';

/**
 * Whether the instance of a connection is known not to offer something. It is asked whenever a page comes: it may
 * have been found out since.
 */
export function useLacks(connection: ConnectionId, capability: Capability): boolean {
  const { data } = useQuery({
    queryKey: [connection, 'lacks'],
    queryFn: () => commands.connectionLacks(connection),
    staleTime: 0,
  });
  return data?.includes(capability) ?? false;
}
