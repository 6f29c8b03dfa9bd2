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
