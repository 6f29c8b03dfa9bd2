import type { FleetRow, Place } from '../ipc';
import { fit } from './fuzzy';

export const FILTERS = ['all', 'unwell', 'deploying', 'behind', 'stopped'] as const;
export type Filter = (typeof FILTERS)[number];

/** The rows that fit what was typed and the filter, in their order. */
export function filterRows(rows: FleetRow[], search: string, filter: Filter): FleetRow[] {
  const text = search.trim();
  return rows.filter(
    (row) => passes(row, filter) && (text === '' || fit(text, row.key, row.displayName, row.type) !== null),
  );
}

/** Sorted by name (a column of null) or by the state in an environment; as they are without a wish. */
export function sortRows(
  rows: FleetRow[],
  sort: { column: string | null; descending: boolean } | null,
): FleetRow[] {
  if (!sort) return rows;
  const { column, descending } = sort;
  const byName = (a: FleetRow, b: FleetRow) => a.key.localeCompare(b.key, 'en');
  const rank = (row: FleetRow) => {
    const cell = row.cells.find((each) => each.environment === column);
    return cell?.place?.rank ?? Infinity;
  };
  const sorted = [...rows].sort((a, b) =>
    column === null ? byName(a, b) : compare(rank(a), rank(b)) || byName(a, b),
  );
  return descending ? sorted.reverse() : sorted;
}

function compare(a: number, b: number): number {
  return a === b ? 0 : a - b;
}

function passes(row: FleetRow, filter: Filter): boolean {
  switch (filter) {
    case 'all':
      return true;
    case 'unwell':
      return row.unwell;
    case 'deploying':
      return somewhere(row, ({ state }) => state === 'progress');
    case 'behind':
      return somewhere(row, ({ standing }) => standing.kind === 'behind');
    case 'stopped':
      return somewhere(row, ({ state }) => state === 'off');
  }
}

function somewhere(row: FleetRow, holds: (place: Place) => boolean): boolean {
  return row.cells.some(({ place }) => place !== null && holds(place));
}
