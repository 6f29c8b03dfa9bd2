import type { Fleet, FleetRow, Place } from '../ipc';

/** An application in one environment. */
export type PlaceIn = { row: FleetRow; place: Place };

/** What is in an environment: the unwell first, the worst before, then by key. */
export function placesOf(fleet: Fleet, environment: string): PlaceIn[] {
  const rank = ({ place }: PlaceIn) => (place.unwell ? place.rank : Number.MAX_SAFE_INTEGER);
  return fleet.rows
    .flatMap((row) => {
      const place = row.cells.find((each) => each.environment === environment)?.place;
      return place ? [{ row, place }] : [];
    })
    .sort((a, b) => rank(a) - rank(b) || (a.row.key < b.row.key ? -1 : 1));
}
