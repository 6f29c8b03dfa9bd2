import type { Deployment } from '../ipc';

/** What a history of deployments is narrowed to. */
export type History = {
  search: string;
  result: Result;
  /** Only what went there. */
  environment: string | null;
};

/** Results worth a click; every other word is found by the search. */
export const RESULTS = ['all', 'running', 'completed', 'failed', 'cancelled'] as const;
export type Result = (typeof RESULTS)[number];

export const ALL_OF_IT: History = { search: '', result: 'all', environment: null };

/** As it stands in an address, after its `?`; nothing for the whole history. */
export function historyWords({ search, result, environment }: Partial<History>): string {
  const words = new URLSearchParams();
  if (search) words.set('q', search);
  if (result && result !== 'all') words.set('result', result);
  if (environment) words.set('in', environment);
  const text = words.toString();
  return text === '' ? '' : `?${text}`;
}

/** Reads it back; what is not understood counts as not said. */
export function historyFrom(address: string): History {
  const words = new URLSearchParams(address.split('?')[1] ?? '');
  const result = words.get('result');
  return {
    search: words.get('q') ?? '',
    result: RESULTS.find((each) => each === result) ?? 'all',
    environment: words.get('in'),
  };
}

/** What of a history is shown: by its result and place, and by what is typed, in whatever it says. */
export function narrowed(deployments: Deployment[], { search, result, environment }: History): Deployment[] {
  const wanted = search.trim().toLowerCase();
  return deployments.filter((each) => {
    if (environment !== null && each.environment !== environment) return false;
    if (!hasResult(each, result)) return false;
    if (wanted === '') return true;
    const said = [
      each.applicationKey,
      each.image,
      each.requestedBy,
      each.note,
      each.error,
      each.status,
      each.id,
    ];
    return said.some((text) => text?.toLowerCase().includes(wanted) === true);
  });
}

function hasResult({ status }: Deployment, result: Result): boolean {
  if (result === 'all') return true;
  return result === 'running' ? status === 'running' || status === 'pending' : status === result;
}
