import { useMemo, useState } from 'react';
import { newestFirst } from '../app/deployments';
import { asCommandError, commands, type CommandError, type ConnectionId, type Deployment } from '../ipc';
import { useGone } from './useGone';
import { useResource } from './useResource';

export type Older = {
  /** How many there are on the instance, as far as it says. */
  total: number;
  /** Whether there are some that are not here. */
  more: boolean;
  loading: boolean;
  error: CommandError | null;
  load: () => void;
};

type Loaded = { of: string; deployments: Deployment[]; pages: number; total: number | null };

/**
 * The history of an application, or of everything, in one environment or in all: the newest page is kept fresh, older
 * ones come when they are asked for.
 */
export function useHistory(connection: ConnectionId, application: string | null, environment: string | null) {
  const held = useResource(connection, { kind: 'deployments', application });
  const of = JSON.stringify([connection, application, environment]);
  const [kept, setKept] = useState<Loaded>({ of, deployments: [], pages: 0, total: null });
  const [loading, setLoading] = useState(false);
  const [error, setError] = useState<CommandError | null>(null);
  const gone = useGone();
  const loaded = kept.of === of ? kept : { of, deployments: [], pages: 0, total: null };
  const newest = held.value?.data;
  const deployments = useMemo(() => {
    const fresh = newest ?? [];
    const known = new Set(fresh.map(({ id }) => id));
    // What is kept fresh knows better how one that was loaded goes on.
    const all = [...fresh, ...loaded.deployments.filter(({ id }) => !known.has(id))];
    return newestFirst(environment === null ? all : all.filter((each) => each.environment === environment));
  }, [newest, loaded.deployments, environment]);

  // Without an environment the fresh page is the first one.
  const before = environment === null ? 1 : 0;
  const total = loaded.total ?? (environment === null ? held.value?.meta?.total : null) ?? null;
  const whole = (held.value?.meta?.total ?? 0) <= (newest?.length ?? 0);
  const load = () => {
    setLoading(true);
    setError(null);
    const page = loaded.pages + 1 + before;
    commands
      .deploymentsOlder(connection, application, environment, page)
      .then(
        ({ data, meta }) => {
          const has = new Set(loaded.deployments.map(({ id }) => id));
          setKept({
            of,
            deployments: [...loaded.deployments, ...data.filter(({ id }) => !has.has(id))],
            pages: loaded.pages + 1,
            // Where the instance does not say how many there are, an empty page is the last one.
            total: meta?.total ?? (data.length === 0 ? 0 : null),
          });
        },
        (thrown: unknown) => {
          if (!gone.current) setError(asCommandError(thrown));
        },
      )
      .finally(() => {
        setLoading(false);
      });
  };
  const older: Older = {
    total: Math.max(total ?? 0, deployments.length),
    more: !whole && (total === null || total > deployments.length),
    loading,
    error,
    load,
  };
  return { held, deployments, older };
}
