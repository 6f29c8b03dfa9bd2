import { useQueries } from '@tanstack/react-query';
import {
  asCommandError,
  commands,
  promotionKey,
  type CommandError,
  type ConnectionId,
  type Promotion,
} from '../ipc';

export type Reviewed = { application: string; promotion: Promotion | undefined; error: CommandError | null };

/** What each of these applications would bring from one environment to another. */
export function usePromotions(
  connection: ConnectionId,
  from: string,
  to: string,
  applications: string[],
): Reviewed[] {
  const all = useQueries({
    queries: applications.map((application) => ({
      queryKey: promotionKey(connection, application, from, to),
      queryFn: () => commands.promotion(connection, application, from, to),
    })),
  });
  return all.map(({ data, error }, at) => ({
    application: applications[at] ?? '',
    promotion: data,
    error: error ? asCommandError(error) : null,
  }));
}
