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

type Loaded = {
  of: string;
  deployments: Deployment[];
  pages: number;
  total: number | null;
  /** The reading of the newest page that is among them. */
  newest: Deployment[] | undefined;
};

const NOTHING: Omit<Loaded, 'of'> = { deployments: [], pages: 0, total: null, newest: undefined };

/**
 * The history of an application, or of everything, in one environment or in all: the newest page is kept fresh, older
 * ones come when they are asked for.
 */
export function useHistory(connection: ConnectionId, application: string | null, environment: string | null) {
  const held = useResource(connection, { kind: 'deployments', application });
  const of = JSON.stringify([connection, application, environment]);
  const [kept, setKept] = useState<Loaded>({ of, ...NOTHING });
  const [loading, setLoading] = useState(false);
  const [error, setError] = useState<CommandError | null>(null);
  const gone = useGone();
  const loaded = kept.of === of ? kept : { of, ...NOTHING };
  const newest = held.value?.data;
  // What the next reading pushes off the newest page is in no older one that was loaded before.
  if (loaded.pages > 0 && newest && newest !== loaded.newest)
    setKept({ ...loaded, newest, deployments: together(newest, loaded.deployments) });
  const deployments = useMemo(() => {
    // What is kept fresh knows better how one that was loaded goes on.
    const all = together(newest ?? [], loaded.deployments);
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
          setKept((now) => {
            const isBegun = now.of === of && now.pages > 0;
            const before = isBegun ? now : { of, ...NOTHING, deployments: newest ?? [], newest };
            return {
              ...before,
              deployments: together(before.deployments, data),
              pages: loaded.pages + 1,
              // Where the instance does not say how many there are, an empty page is the last one.
              total: meta?.total ?? (data.length === 0 ? 0 : null),
            };
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

/** Each once; of one that is in both, as the first has it. */
function together(first: Deployment[], second: Deployment[]): Deployment[] {
  const known = new Set(first.map(({ id }) => id));
  return [...first, ...second.filter(({ id }) => !known.has(id))];
}
