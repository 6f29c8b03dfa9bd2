import { useQuery } from '@tanstack/react-query';
import { commands, preflightKey, type ConnectionId, type Preflight, type WantedImage } from '../ipc';

/**
 * What is known about a deployment before it is sent, and whether it may be. While another image is looked up,
 * what was known of the last one stays, and is `stale`; of another place nothing does.
 */
export function usePreflight(
  connection: ConnectionId,
  application: string,
  environment: string,
  wanted: WantedImage | null,
): { preflight: Preflight | undefined; stale: boolean } {
  const key = preflightKey(connection, application, environment, wanted);
  const { data, isPlaceholderData } = useQuery({
    queryKey: key,
    queryFn: () => commands.preflight(connection, application, environment, wanted),
    placeholderData: (last: Preflight | undefined, before) =>
      key.slice(0, -1).every((part, at) => part === before?.queryKey[at]) ? last : undefined,
    // Every image that was typed is a query of its own.
    gcTime: 60_000,
  });
  return { preflight: data, stale: isPlaceholderData };
}
