import { commands } from './ipc';
import { resourceKey } from './resources';
import type { ConnectionId, Lease, Resource } from './types';

type Keeper = { connection: ConnectionId; log: boolean; start: () => void; stop: () => void };
type Holding = { connection: ConnectionId; resource: Resource; holders: number; end: () => void };

const keepers = new Set<Keeper>();
const holdings = new Map<string, Holding>();

/**
 * Keeps a lease until the returned function is called: renewed in time, given back while the page is hidden
 * (DESIGN.md, "Decided in the first commit").
 */
export function keepLease(
  connection: ConnectionId,
  take: () => Promise<Lease>,
  what: 'resource' | 'log' = 'resource',
): () => void {
  let wanted = false;
  let lease: Lease | null = null;
  let renewal: ReturnType<typeof setTimeout> | undefined;

  const giveBack = (given: Lease) => {
    // One that cannot be given back has ended by itself.
    commands.watchEnd(connection, given.id).catch(() => undefined);
  };
  const renewLater = (kept: Lease) => {
    renewal = setTimeout(() => {
      commands.watchRenew(connection, kept.id).then(
        () => {
          if (lease === kept) renewLater(kept);
        },
        () => {
          if (lease !== kept) return;
          lease = null;
          request();
        },
      );
    }, kept.renewWithinSeconds * 500);
  };
  const request = () => {
    take().then(
      (taken) => {
        if (!wanted || lease !== null) {
          giveBack(taken);
          return;
        }
        lease = taken;
        renewLater(taken);
      },
      // Why is said by the query of the same resource; a new session asks again.
      () => undefined,
    );
  };
  const keeper: Keeper = {
    connection,
    log: what === 'log',
    start: () => {
      wanted = true;
      if (lease === null) request();
    },
    stop: () => {
      wanted = false;
      clearTimeout(renewal);
      if (lease !== null) giveBack(lease);
      lease = null;
    },
  };
  keepers.add(keeper);
  if (!document.hidden) keeper.start();
  return () => {
    keepers.delete(keeper);
    keeper.stop();
  };
}

/** Tells the watchers that a resource is on screen. Several holders share one lease. */
export function hold(connection: ConnectionId, resource: Resource): () => void {
  const key = JSON.stringify(resourceKey(connection, resource));
  const holding = holdings.get(key) ?? {
    connection,
    resource,
    holders: 0,
    end: keepLease(connection, () => commands.watch(connection, resource)),
  };
  holdings.set(key, holding);
  holding.holders += 1;
  let released = false;
  return () => {
    if (released) return;
    released = true;
    holding.holders -= 1;
    // A page that follows in the same tick holds on to what both show.
    queueMicrotask(() => {
      if (holding.holders > 0 || holdings.get(key) !== holding) return;
      holdings.delete(key);
      holding.end();
    });
  };
}

/** What is on screen now. */
export function held(): { connection: ConnectionId; resource: Resource }[] {
  return [...holdings.values()].filter((holding) => holding.holders > 0);
}

/** Follows the logs on screen anew, which asks for their newest lines at once. */
export function refreshLogs(): void {
  if (document.hidden) return;
  for (const keeper of keepers) {
    if (!keeper.log) continue;
    keeper.stop();
    keeper.start();
  }
}

/** Takes what could not be taken before, after a sign-in. */
export function retakeLeases(connection: ConnectionId): void {
  if (document.hidden) return;
  for (const keeper of keepers) if (keeper.connection === connection) keeper.start();
}

/** Gives all leases back while the page is hidden and takes them again when it shows. */
export function followVisibility(): () => void {
  const changed = () => {
    for (const keeper of keepers) {
      if (document.hidden) keeper.stop();
      else keeper.start();
    }
  };
  document.addEventListener('visibilitychange', changed);
  return () => {
    document.removeEventListener('visibilitychange', changed);
  };
}
