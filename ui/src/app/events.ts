import { replaceEqualDeep } from '@tanstack/react-query';
import {
  commands,
  held,
  isFoundKey,
  keysOf,
  recordingsKey,
  refreshLogs,
  retakeLeases,
  type ConnectionId,
  type Resource,
} from '../ipc';
import { hearDraft } from './drafts';
import type { Heard, Listening } from './early/listening';
import { goAnew, history } from './navigation';
import { pathOf } from './paths';
import { queries } from './queries';
import { announce, hearSettings, patchShell, putNotice, shell } from './shell';

/** What environments there are, and which are production, is told by these. */
const NAMING: Resource['kind'][] = ['applications', 'environments', 'me'];

/** Follows what Rust announces, and what it has announced since the page listens. */
export function followEvents({ tell }: Listening): void {
  tell(heard);
}

const heard: Heard = {
  resourceChanged: ({ connection, resource, changed }) => {
    askAgain(connection, resource);
    if (changed && NAMING.includes(resource.kind)) lookAgain();
  },
  sessionChanged: ({ connection, session, revision }) => {
    const known = shell.get().connections.find((each) => each.id === connection);
    // Events can overtake one another; an older state is no news.
    if (known !== undefined && revision < known.revision) return;
    const before = known?.session.state;
    shell.set((value) => ({
      ...value,
      connections: value.connections.map((each) =>
        each.id === connection
          ? {
              ...each,
              session,
              revision,
              account: session.state === 'signedIn' ? session.account : each.account,
            }
          : each,
      ),
    }));
    if (session.state === 'signedOut') queries.removeQueries({ queryKey: [connection] });
    else if (session.state === 'signedIn' && before !== 'signedIn') {
      retakeLeases(connection);
      void queries.invalidateQueries({ queryKey: [connection] });
    }
  },
  connectionsChanged: () => {
    lookAgain();
  },
  waitDue: ({ connection, seconds }) => {
    shell.set((before) => ({
      ...before,
      waits: { ...before.waits, [connection]: seconds > 0 ? Date.now() + seconds * 1000 : 0 },
    }));
  },
  deploymentEnded: ({ connection, deployment }) => {
    // Who looks at it already needs no word of it.
    if (!history.location.search.includes(encodeURIComponent(deployment.id)))
      announce(connection, deployment);
  },
  recordingsChanged: ({ connection }) => {
    makeAgain(recordingsKey(connection));
  },
  settingsChanged: hearSettings,
  trayChanged: ({ there }) => {
    patchShell({ tray: there });
  },
  draftKept: ({ draft, window }) => {
    if (window !== shell.get().window) hearDraft(draft);
  },
  linkOpened: () => {
    commands.linkTake().then(
      (link) => {
        if (link !== null) goAnew(pathOf(link));
      },
      // Whoever opened it opens it again.
      () => undefined,
    );
  },
  noticeRaised: (notice) => {
    putNotice(notice);
  },
};

/** Reads what changed, and what is made of it. */
function askAgain(connection: ConnectionId, resource: Resource): void {
  const [own = [], ...made] = keysOf(connection, resource);
  void queries.invalidateQueries({ queryKey: own, exact: true });
  for (const queryKey of made) makeAgain(queryKey);
}

/**
 * Makes it once more, also what is being made for the first time: that may have been made just before the change, and
 * an invalidation does not reach what has no value yet.
 */
function makeAgain(queryKey: readonly unknown[]): void {
  for (const query of queries.getQueryCache().findAll({ queryKey })) {
    if (query.state.data !== undefined || query.state.fetchStatus !== 'fetching') continue;
    query.promise?.then(
      () => void queries.invalidateQueries({ queryKey: query.queryKey, exact: true }),
      // Why it did not come is said by the query itself.
      () => undefined,
    );
  }
  void queries.invalidateQueries({ queryKey });
}

function lookAgain(): void {
  commands.connections().then(
    (connections) => {
      shell.set((before) => {
        // A state that was told meanwhile is newer than the one that was asked for.
        const newest = connections.map((each) => {
          const known = before.connections.find((other) => other.id === each.id);
          return known !== undefined && known.revision > each.revision
            ? { ...each, session: known.session, revision: known.revision }
            : each;
        });
        return { ...before, connections: replaceEqualDeep(before.connections, newest) };
      });
    },
    // What is shown stays; the next change asks again.
    () => undefined,
  );
}

/** Asks the servers now for everything that is on screen (F5), the logs too. */
export function refreshWhatIsOnScreen(): void {
  refreshLogs();
  // Of what was found only the first page is asked for again.
  void queries.resetQueries({ predicate: ({ queryKey }) => isFoundKey(queryKey) });
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
