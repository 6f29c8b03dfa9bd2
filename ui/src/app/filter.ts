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

/** Columns that are no environment's; an environment's key has no such sign. */
export const TYPE = '#type';
export const DEPLOYED = '#deployed';

/** Sorted by name (a column of null), by the state in an environment, or by what else there is; as they are without a wish. */
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
  const by = (a: FleetRow, b: FleetRow): number => {
    if (column === null) return 0;
    if (column === TYPE) return a.type.localeCompare(b.type, 'en');
    if (column === DEPLOYED) return (b.lastDeployedAt ?? '').localeCompare(a.lastDeployedAt ?? '', 'en');
    return compare(rank(a), rank(b));
  };
  const sorted = [...rows].sort((a, b) => by(a, b) || byName(a, b));
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
