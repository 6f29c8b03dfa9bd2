import type { FleetQuery, FleetSort } from '../ipc';
import { DEPLOYED, FILTERS, TYPE, type Filter } from './filter';

/** What a list of applications is narrowed and sorted by. */
export type List = {
  search: string;
  filter: Filter;
  /** Only what runs in this environment. */
  environment: string | null;
  /** By the state in an environment, by type or last deployment, or by the name (a column of null). */
  sort: { column: string | null; descending: boolean } | null;
};

export const WHOLE: List = { search: '', filter: 'all', environment: null, sort: null };

/** As it stands in an address, after its `?`; nothing for the whole list. */
export function listWords({ search, filter, environment, sort }: Partial<List>): string {
  const words = new URLSearchParams();
  if (search) words.set('q', search);
  if (filter && filter !== 'all') words.set('state', filter);
  if (environment) words.set('in', environment);
  if (sort) words.set('sort', `${sort.descending ? '-' : ''}${wordOf(sort.column)}`);
  const text = words.toString();
  return text === '' ? '' : `?${text}`;
}

/** Reads it back; what is not understood counts as not said. */
export function listFrom(address: string): List {
  const words = new URLSearchParams(address.split('?')[1] ?? '');
  const state = words.get('state');
  return {
    search: words.get('q') ?? '',
    filter: FILTERS.find((each) => each === state) ?? 'all',
    environment: words.get('in'),
    sort: sortFrom(words.get('sort')),
  };
}

/** What of it the server does where it has more than is listed: it knows no health, and no order of places. */
export function askedOf({ search, filter, environment, sort }: List): FleetQuery {
  return { search: search.trim(), status: STATUS[filter], environment, sort: serverSort(sort) };
}

/** Whether that is the list as it stands, which is gone on with. */
export function isWhole({ search, status, environment, sort }: FleetQuery): boolean {
  return search === '' && status === null && environment === null && sort === null;
}

/** Whether the order is known of what is loaded alone. */
export function isSortedHere({ sort }: List): boolean {
  return sort !== null && serverSort(sort) === null;
}

/** The status in which the server finds those of a filter, or some of them. */
const STATUS: Record<Filter, string | null> = {
  all: null,
  unwell: 'error',
  deploying: 'deploying',
  behind: null,
  stopped: null,
};

function serverSort(sort: List['sort']): FleetSort | null {
  if (sort === null || (sort.column !== null && sort.column !== TYPE)) return null;
  return { by: sort.column === null ? 'key' : 'type', descending: sort.descending };
}

function sortFrom(word: string | null): List['sort'] {
  const match = /^(-?)(?:(key|type|deployed)|@(.+))$/.exec(word ?? '');
  if (!match) return null;
  const [, minus, plain, environment] = match;
  const column = plain === 'type' ? TYPE : plain === 'deployed' ? DEPLOYED : (environment ?? null);
  return { column, descending: minus === '-' };
}

function wordOf(column: string | null): string {
  if (column === null) return 'key';
  return column === TYPE ? 'type' : column === DEPLOYED ? 'deployed' : `@${column}`;
}
