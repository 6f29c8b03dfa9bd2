import type { ConnectionId } from '../ipc';
import { noteInSettings, shell } from './shell';

/** As many are kept of a connection. */
const KEPT = 20;

/** What was chosen in the palette while a connection was in front, the last first. */
export function recentsOf(connection: ConnectionId): string[] {
  return shell.get().settings.recents.find((each) => each.connection === connection)?.entries ?? [];
}

/** Keeps what was chosen, so that it stands first the next time; of connections that are gone nothing is kept. */
export function noteRecent(connection: ConnectionId, entry: string): void {
  const entries = [entry, ...recentsOf(connection).filter((each) => each !== entry)].slice(0, KEPT);
  const isThere = (id: ConnectionId) => shell.get().connections.some((each) => each.id === id);
  noteInSettings((before) => ({
    ...before,
    recents: [
      ...before.recents.filter((each) => each.connection !== connection && isThere(each.connection)),
      { connection, entries },
    ],
  }));
}
