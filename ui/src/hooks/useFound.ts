import { useInfiniteQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import {
  asCommandError,
  commands,
  foundKey,
  newCall,
  type CommandError,
  type ConnectionId,
  type FleetQuery,
  type FleetRow,
  type Stage,
} from '../ipc';

/** Once nothing is typed for so long, in milliseconds, the server is asked. */
const REST = 400;
const LEAST = 2;

/** What the server finds among all applications, as far as it was asked for. */
export type Found = {
  rows: FleetRow[];
  /** The columns of these rows. */
  environments: Stage[];
  /** How many it found in all; null while it has not said. */
  total: number | null;
  /** Whether there is a page after these. */
  more: boolean;
  /** An answer is on its way, or about to be asked for. */
  searching: boolean;
  error: CommandError | null;
  /** Asks for the next page: one request. */
  loadMore: () => void;
};

/**
 * What the server finds beside the list that is known, which does not hold everything. A page is a request: the first
 * is asked for by itself where `from` is 1, all others when they are wanted. What is typed over is called off.
 */
export function useFound(connection: ConnectionId, query: FleetQuery | null, from: number): Found {
  const text = query?.search ?? '';
  const [rested, setRested] = useState(text);
  useEffect(() => {
    const rest = setTimeout(() => {
      setRested(text);
    }, REST);
    return () => {
      clearTimeout(rest);
    };
  }, [text]);
  const key = foundKey(connection, query, from);
  const identity = JSON.stringify(key);
  const [wanted, want] = useState<string | null>(null);
  const isWanted = from === 1 || wanted === identity;
  const isAsked = query !== null && isWanted && (text === '' || text.length >= LEAST);
  const enabled = isAsked && rested === text;
  const asked = useInfiniteQuery({
    queryKey: key,
    queryFn: ({ pageParam, signal }) => {
      const call = newCall();
      signal.addEventListener('abort', call.off);
      return commands.fleetFound(connection, query ?? NO_QUERY, pageParam, call.number);
    },
    initialPageParam: from,
    getNextPageParam: ({ next }) => next,
    enabled,
    gcTime: 60_000,
  });
  const pages = enabled ? (asked.data?.pages ?? NONE) : NONE;
  const error = enabled && asked.error ? asCommandError(asked.error) : null;
  return {
    rows: pages.flatMap(({ rows }) => rows),
    environments: pages.reduce<Stage[]>(
      (widest, { environments }) => (environments.length > widest.length ? environments : widest),
      [],
    ),
    total: pages.at(-1)?.total ?? null,
    more: query !== null && (isWanted ? enabled && (asked.hasNextPage || error !== null) : true),
    searching: enabled ? asked.isFetching : isAsked,
    error,
    loadMore: () => {
      if (!isWanted) want(identity);
      else if (asked.isFetching) return;
      else if (pages.length === 0) void asked.refetch();
      else void asked.fetchNextPage();
    },
  };
}

const NONE: never[] = [];
const NO_QUERY: FleetQuery = { search: '', status: null, environment: null, sort: null };

/** What has this text in it. */
export function searching(text: string): FleetQuery {
  return { ...NO_QUERY, search: text.trim() };
}
