import { useEffect, useState } from 'react';
import { noteInSettings, shell } from '../app/shell';
import type { ConnectionId } from '../ipc';
import { useNow } from './useNow';

/** Who comes back after this long was away. */
const AWAY = 15 * 60_000;

/** Since when each connection was not looked at, for as long as the app runs. */
const since = new Map<ConnectionId, string | null>();

/**
 * When somebody last looked at a connection before now: before the app was started, or before it was away from
 * the screen for a while. Null where nobody ever did.
 */
export function useSinceLooked(connection: ConnectionId): string | null {
  const [value, setValue] = useState(() => sinceOf(connection));
  // Every minute that it is looked at is kept, so that the next start knows.
  const minute = Math.floor(useNow() / 60_000);
  useEffect(() => {
    if (!document.hidden) keep(connection);
  }, [connection, minute]);
  useEffect(() => {
    let left = document.hidden ? Date.now() : null;
    const heard = () => {
      if (document.hidden) {
        left = Date.now();
        keep(connection);
      } else if (left !== null && Date.now() - left > AWAY) {
        since.set(connection, new Date(left).toISOString());
        setValue(sinceOf(connection));
      }
    };
    document.addEventListener('visibilitychange', heard);
    return () => {
      document.removeEventListener('visibilitychange', heard);
    };
  }, [connection]);
  return value;
}

function sinceOf(connection: ConnectionId): string | null {
  const known = since.get(connection);
  if (known !== undefined) return known;
  const kept = shell.get().settings.looked.find((each) => each.connection === connection)?.at ?? null;
  since.set(connection, kept);
  return kept;
}

function keep(connection: ConnectionId): void {
  noteInSettings((before) => ({
    ...before,
    looked: [
      ...before.looked.filter((each) => each.connection !== connection),
      { connection, at: new Date().toISOString() },
    ],
  }));
}
