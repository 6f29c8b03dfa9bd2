import { useQueries } from '@tanstack/react-query';
import {
  asCommandError,
  commands,
  promotionKey,
  type CommandError,
  type ConnectionId,
  type FleetRow,
  type Promotion,
} from '../ipc';

export type Reviewed = { application: string; promotion: Promotion | undefined; error: CommandError | null };

/**
 * What each of these applications would bring from one environment to another, looked at anew where another image
 * runs on one of the two sides by now.
 */
export function usePromotions(
  connection: ConnectionId,
  from: string,
  to: string,
  applications: string[],
  rows: FleetRow[],
): Reviewed[] {
  const images = (application: string) => {
    const cells = rows.find(({ key }) => key === application)?.cells ?? [];
    return [from, to].map((side) => cells.find(({ environment }) => environment === side)?.place?.image ?? '');
  };
  const all = useQueries({
    queries: applications.map((application) => ({
      queryKey: [...promotionKey(connection, application, from, to), ...images(application)],
      queryFn: () => commands.promotion(connection, application, from, to),
    })),
  });
  return all.map(({ data, error }, at) => ({
    application: applications[at] ?? '',
    promotion: data,
    error: error ? asCommandError(error) : null,
  }));
}
