import type { FleetRow } from './fleet';
import { fit } from './fuzzy';
import { isUnwell, severity } from './state';

export const FILTERS = ['all', 'unwell', 'deploying', 'behind', 'stopped'] as const;
export type Filter = (typeof FILTERS)[number];

/** The rows that fit what was typed and the filter, in their order. */
export function filterRows(rows: FleetRow[], search: string, filter: Filter): FleetRow[] {
  const text = search.trim();
  return rows.filter(
    (row) =>
      passes(row, filter) &&
      (text === '' ||
        fit(text, row.application.key, row.application.displayName, row.application.type) !== null),
  );
}

/** Sorted by name (a column of null) or by the state in an environment; as they are without a wish. */
export function sortRows(
  rows: FleetRow[],
  sort: { column: string | null; descending: boolean } | null,
): FleetRow[] {
  if (!sort) return rows;
  const { column, descending } = sort;
  const byName = (a: FleetRow, b: FleetRow) => a.application.key.localeCompare(b.application.key, 'en');
  const rank = (row: FleetRow) => {
    const cell = row.cells.find((each) => each.environment === column);
    return cell?.entry ? severity(cell.state) : 10;
  };
  const sorted = [...rows].sort((a, b) =>
    column === null ? byName(a, b) : rank(a) - rank(b) || byName(a, b),
  );
  return descending ? sorted.reverse() : sorted;
}

function passes(row: FleetRow, filter: Filter): boolean {
  switch (filter) {
    case 'all':
      return true;
    case 'unwell':
      return isUnwell(row.state);
    case 'deploying':
      return row.cells.some((cell) => cell.entry && cell.state === 'progress');
    case 'behind':
      return row.cells.some((cell) => cell.standing.kind === 'behind');
    case 'stopped':
      return row.cells.some((cell) => cell.entry && cell.state === 'off');
  }
}
