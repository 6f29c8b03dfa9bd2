import {
  fleet,
  places,
  type ConnectionId,
  type Fleet,
  type FleetRow,
  type Reading,
  type UnwellPlace,
} from '../ipc';
import { queries } from './queries';

/** An application in each of its environments, as far as pages know it already; nothing is asked for. */
export function knownRow(connection: ConnectionId, application: string): FleetRow | null {
  const own = queries.getQueryData<Reading<FleetRow>>(places(connection, application).key)?.value;
  return own ?? knownFleet(connection)?.rows.find(({ key }) => key === application) ?? null;
}

/** Why a place is unwell, as far as that is known. */
export function knownUnwell(
  connection: ConnectionId,
  application: string,
  environment: string,
): UnwellPlace | null {
  const unwell = knownFleet(connection)?.unwell ?? [];
  return (
    unwell.find((each) => each.application === application && each.environment.key === environment) ?? null
  );
}

function knownFleet(connection: ConnectionId): Fleet | undefined {
  return queries.getQueryData<Reading<Fleet>>(fleet(connection).key)?.value;
}
