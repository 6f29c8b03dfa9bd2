import {
  commands,
  fleet as fleetOf,
  type AppStart,
  type ConnectionId,
  type Fleet,
  type Reading,
} from '../../ipc';
import { connectionOf } from './connectionOf';
import { listenToAll, type Listening } from './listening';
import { bring, pagesOf } from './pages';
import { bringWords, spokenIn } from './spoken';

/** What a page begins with. */
export type Early = {
  started: AppStart;
  listening: Listening;
  /** The rows that nearly every page begins with; null where nobody is signed in to what they are of. */
  fleet: { connection: ConnectionId; reading: Promise<Reading<Fleet>> } | null;
};

let asked: Promise<Early> | null = null;

/**
 * Asks Rust once for what the first picture shows. It knows nothing of what draws it: that is loaded meanwhile, and is
 * many times as large (`main.tsx`, and the group of this folder in `vite.config.ts`).
 */
export function askEarly(): Promise<Early> {
  asked ??= listenAndAsk(location.hash.slice(1));
  return asked;
}

/** Listens before it asks: what happens in between is told by an event. `place` is that of a page that is loaded anew. */
export async function listenAndAsk(place: string): Promise<Early> {
  const listening = await listenToAll();
  const started = await commands.appStart();
  const language = spokenIn(started.settings, started.systemLanguage);
  if (language !== 'en') loadAhead(bringWords(language));
  const isNew = place === '' || place === '/';
  // Where a link leads is read by who follows it.
  const address = started.link !== null ? '' : isNew ? (started.address ?? '') : place;
  for (const name of pagesOf(address)) loadAhead(bring[name]());
  return { started, listening, fleet: fleetAt(address, started) };
}

function fleetAt(address: string, { connections }: AppStart): Early['fleet'] {
  const id = connectionOf(address);
  const connection = connections.find((each) => each.id === id) ?? connections[0];
  if (connection === undefined) return null;
  const { state } = connection.session;
  if (state !== 'restoring' && state !== 'signedIn') return null;
  const reading = fleetOf(connection.id).ask();
  loadAhead(reading);
  return { connection: connection.id, reading };
}

/** Whoever needs it asks for it, and says why it did not come. */
function loadAhead(what: Promise<unknown>): void {
  what.catch(() => undefined);
}
