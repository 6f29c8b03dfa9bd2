import { useQuery } from '@tanstack/react-query';
import {
  asCommandError,
  commands,
  type BatchAct,
  type BatchReview,
  type CommandError,
  type ConnectionId,
} from '../ipc';

/** What the same for several applications would do, by what is known. */
export function useBatchReview(
  connection: ConnectionId,
  environment: string,
  keys: string[],
  act: BatchAct,
): { review: BatchReview | undefined; error: CommandError | null } {
  const { data, error } = useQuery({
    queryKey: [connection, 'batch', environment, act.kind, keys, act.kind === 'deploy' ? act.tag : null],
    queryFn: () => commands.batchReview(connection, environment, keys, act),
    gcTime: 60_000,
  });
  return { review: data, error: error ? asCommandError(error) : null };
}
