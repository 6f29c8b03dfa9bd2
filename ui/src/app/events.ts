import { commands, held, listen, resourceKey, retakeLeases } from '../ipc';
import { history } from './navigation';
import { queries } from './queries';
import { announce, patchShell, shell } from './shell';

/** Follows what Rust announces, for as long as the page lives. */
export function followEvents(): void {
  listen('resourceChanged', ({ connection, resource }) => {
    void queries.invalidateQueries({ queryKey: resourceKey(connection, resource), exact: true });
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
  listen('connectionsChanged', () => {
    void commands.connections().then((connections) => {
      patchShell({ connections });
    });
  });
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

/** Asks the servers now for everything that is on screen (F5). */
export function refreshWhatIsOnScreen(): void {
  for (const { connection, resource } of held()) {
    void commands.refresh(connection, resource).then(
      () => undefined,
      // Why it could not be asked is told by the reading's own source and age.
      () => queries.invalidateQueries({ queryKey: resourceKey(connection, resource), exact: true }),
    );
  }
}
