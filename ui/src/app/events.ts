import { replaceEqualDeep } from '@tanstack/react-query';
import { commands, held, keysOf, listen, retakeLeases, type ConnectionId, type Resource } from '../ipc';
import { history } from './navigation';
import { queries } from './queries';
import { announce, shell } from './shell';

/** What environments there are, and which are production, is told by these. */
const NAMING: Resource['kind'][] = ['applications', 'environments', 'me'];

/** Follows what Rust announces, for as long as the page lives. */
export function followEvents(): void {
  listen('resourceChanged', ({ connection, resource, changed }) => {
    askAgain(connection, resource);
    if (changed && NAMING.includes(resource.kind)) lookAgain();
  });
  listen('sessionChanged', ({ connection, session }) => {
    const before = shell.get().connections.find((each) => each.id === connection)?.session.state;
    shell.set((value) => ({
      ...value,
      connections: value.connections.map((each) =>
        each.id === connection
          ? { ...each, session, account: session.state === 'signedIn' ? session.account : each.account }
          : each,
      ),
    }));
    if (session.state === 'signedOut') queries.removeQueries({ queryKey: [connection] });
    else if (session.state === 'signedIn' && before !== 'signedIn') {
      retakeLeases(connection);
      void queries.invalidateQueries({ queryKey: [connection] });
    }
  });
  listen('connectionsChanged', lookAgain);
  listen('waitDue', ({ connection, seconds }) => {
    shell.set((before) => ({
      ...before,
      waits: { ...before.waits, [connection]: seconds > 0 ? Date.now() + seconds * 1000 : 0 },
    }));
  });
  listen('deploymentEnded', ({ connection, deployment }) => {
    // Who looks at it already needs no word of it.
    if (!history.location.search.includes(encodeURIComponent(deployment.id)))
      announce(connection, deployment);
  });
  listen('noticeRaised', (notice) => {
    shell.set((before) => ({ ...before, notices: [...before.notices, notice] }));
  });
}

/** Reads what changed, and what is made of it. */
function askAgain(connection: ConnectionId, resource: Resource): void {
  const [own = [], ...made] = keysOf(connection, resource);
  void queries.invalidateQueries({ queryKey: own, exact: true });
  for (const queryKey of made) void queries.invalidateQueries({ queryKey });
}

function lookAgain(): void {
  void commands.connections().then((connections) => {
    shell.set((before) => ({ ...before, connections: replaceEqualDeep(before.connections, connections) }));
  });
}

/** Asks the servers now for everything that is on screen (F5). */
export function refreshWhatIsOnScreen(): void {
  for (const { connection, resource } of held()) {
    void commands.refresh(connection, resource).then(
      () => undefined,
      // Why it could not be asked is told by the reading's own source and age.
      () => {
        askAgain(connection, resource);
      },
    );
  }
}
