import { useQuery } from '@tanstack/react-query';
import { useConnection } from '../app/shell';
import { commands, recordingsKey, type ConnectionId, type Recording } from '../ipc';

const NONE: Recording[] = [];

/** Which logs of a connection are recorded whichever page is open, and how that goes. */
export function useRecordings(connection: ConnectionId): Recording[] {
  const session = useConnection(connection)?.session.state;
  const { data } = useQuery({
    queryKey: recordingsKey(connection),
    queryFn: () => commands.logRecordings(connection),
    enabled: session === 'signedIn',
  });
  return data ?? NONE;
}
