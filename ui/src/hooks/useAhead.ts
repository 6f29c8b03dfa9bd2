import { useState } from 'react';
import { isAhead, type Pair } from '../app/promotions';
import type { ConnectionId, FleetRow } from '../ipc';
import { useSearched, type Searched } from './useSearched';

export type Ahead = {
  /** What is typed to search for; of use where not all applications are listed. */
  text: string;
  search: (text: string) => void;
  /** What there is to choose from: what was chosen of what the server found, and what is ahead and fits the search. */
  rows: FleetRow[];
  /** Every application that is known: those listed, and those that were chosen of what the server found. */
  known: FleetRow[];
  /** Those of the chosen that can be looked through. */
  there: string[];
  /** Has those stay that the server found and that are chosen now. */
  remember: (keys: string[]) => void;
  searched: Searched;
};

/**
 * The applications that are ahead of an environment. Where the instance has more than are listed, it is searched too,
 * and what the address names is looked through although no list has it.
 */
export function useAhead(connection: ConnectionId, pair: Pair, all: FleetRow[], chosen: string[]): Ahead {
  const [text, search] = useState('');
  const [kept, keep] = useState<FleetRow[]>([]);
  const searched = useSearched(connection, text);
  const goesOn = searched.search !== null;
  const wanted = goesOn ? text.trim().toLowerCase() : '';
  const listed = new Set(all.map(({ key }) => key));
  const ahead = searched.found.filter((row) => isAhead(row, pair));
  const others = kept.filter(({ key }) => !listed.has(key) && chosen.includes(key));
  const news = ahead.filter(({ key }) => !others.some((row) => row.key === key));
  const fits = ({ key, displayName }: FleetRow) => `${key} ${displayName}`.toLowerCase().includes(wanted);
  return {
    text,
    search,
    rows: [...others, ...(wanted === '' ? pair.rows : pair.rows.filter(fits)), ...news],
    known: others.length === 0 ? all : [...all, ...others],
    there: chosen.filter((key) => pair.rows.some((row) => row.key === key) || (goesOn && !listed.has(key))),
    remember: (keys) => {
      keep([...others, ...news].filter(({ key }) => keys.includes(key)));
    },
    searched,
  };
}
