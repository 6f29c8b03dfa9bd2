import { useQuery } from '@tanstack/react-query';
import { commands, rightsKey, type ConnectionId } from '../ipc';
import { useResource } from './useResource';

/**
 * Whether the caller may do something, by its permission: with an application in an environment, with it anywhere, or
 * at all. What is not known may be.
 */
export function useRights(
  connection: ConnectionId,
  application: string | null = null,
  environment: string | null = null,
): (permission: string) => boolean {
  // What is listed for places says most; the rest is the account's own.
  useResource(connection, { kind: 'me' });
  const { data } = useQuery({
    queryKey: rightsKey(connection, application, environment),
    queryFn: () => commands.rights(connection, application, environment),
  });
  return (permission) => data?.permissions.includes(permission) ?? true;
}
