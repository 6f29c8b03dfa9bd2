import { useEffect } from 'react';
import { hold, type ConnectionId } from '../ipc';

/** Has the instance asked what the caller may do in a place, where its own entry does not say it. */
export function useAskedPermissions(
  connection: ConnectionId,
  application: string,
  environment: string,
  isSaid: boolean,
): void {
  useEffect(
    () => (isSaid ? undefined : hold(connection, { kind: 'permissions', application, environment })),
    [connection, application, environment, isSaid],
  );
}
