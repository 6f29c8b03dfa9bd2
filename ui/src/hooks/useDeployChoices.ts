import { useQuery } from '@tanstack/react-query';
import { commands, deployChoicesKey, type ConnectionId, type DeployChoices } from '../ipc';
import { useCopiedImage } from './useCopiedImage';

/**
 * What the form of a deployment begins with, and what else could be meant. What is known of the last place stays while
 * another one is looked up: the form is not taken away from who types.
 */
export function useDeployChoices(
  connection: ConnectionId,
  application: string,
  environment: string,
  wanted: string | null,
): DeployChoices | undefined {
  const copied = useCopiedImage(connection, application, environment);
  const key = deployChoicesKey(connection, application, environment, wanted, copied);
  const { data } = useQuery({
    queryKey: key,
    queryFn: () => commands.deployChoices(connection, application, environment, wanted, copied),
    placeholderData: (last: DeployChoices | undefined, before) =>
      key.slice(0, 3).every((part, at) => part === before?.queryKey[at]) ? last : undefined,
    gcTime: 60_000,
  });
  return data;
}
