import { useQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import {
  asCommandError,
  hold,
  plain,
  type CommandError,
  type ConnectionId,
  type Made,
  type Readable,
  type Reading,
  type ValueOf,
} from '../ipc';
import { queries } from '../app/queries';
import { shell, useConnection, type Front } from '../app/shell';

export type Held<T> = {
  value: T | undefined;
  reading: Reading<T> | undefined;
  error: CommandError | null;
  /** Nothing is known yet and an answer is on its way. */
  pending: boolean;
  /** Nothing is known, and it was called off. */
  stopped: boolean;
  /** Calls off waiting for the first answer. */
  cancel: () => void;
  /** Asks once more. */
  again: () => void;
};

/**
 * A resource on screen: its last reading, and a lease that keeps the watchers at it while the page shows it.
 * `resource` of null asks for nothing.
 */
export function useResource<R extends Readable>(
  connection: ConnectionId,
  resource: R | null,
): Held<ValueOf<R>> {
  return useMade(connection, resource && plain(connection, resource));
}

/** The same of what Rust makes of resources: the watchers are kept at all of them. */
export function useMade<T>(connection: ConnectionId, made: Made<T> | null): Held<T> {
  const signedOut = useConnection(connection)?.session.state === 'signedOut';
  const wanted = signedOut ? null : made;
  const key = wanted?.key ?? ['nothing'];
  const identity = JSON.stringify(key);
  const query = useQuery({
    queryKey: key,
    queryFn: () => (wanted ? wanted.ask() : Promise.reject(new Error('nothing to read'))),
    enabled: wanted !== null,
  });
  useEffect(() => {
    const ends = wanted?.of.map((resource) => hold(connection, resource)) ?? [];
    return () => {
      for (const end of ends) end();
    };
    // The identity stands for connection and resource.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [identity]);
  return {
    value: query.data?.value,
    reading: query.data,
    error: query.error ? asCommandError(query.error) : null,
    pending: wanted !== null && query.isPending && query.isFetching,
    stopped: wanted !== null && query.isPending && !query.isFetching,
    cancel: () => {
      void queries.cancelQueries({ queryKey: key, exact: true });
    },
    again: () => {
      void query.refetch();
    },
  };
}

/**
 * Makes this reading the one whose age the status bar tells; of a page and what stands in it, the inner one's.
 */
export function useFront(reading: Reading<unknown> | undefined, depth: 'page' | 'inner' = 'page'): void {
  useFrontOf(reading?.asOf ?? null, reading?.source ?? 'live', depth);
}

/** The same for what is no reading, a log that is followed for one. */
export function useFrontOf(asOf: string | null, source: Front['source'], depth: 'page' | 'inner'): void {
  useEffect(() => {
    if (asOf === null) return undefined;
    const front = { asOf, source };
    shell.set((before) => ({ ...before, front: { ...before.front, [depth]: front } }));
    return () => {
      shell.set((before) =>
        before.front[depth] === front
          ? { ...before, front: { ...before.front, [depth]: undefined } }
          : before,
      );
    };
  }, [asOf, source, depth]);
}
