import {
  answer,
  fleet,
  places,
  type Answer,
  type ConnectionId,
  type Fleet,
  type FleetRow,
  type Reading,
} from '../ipc';
import { queries } from './queries';

/** An application in each of its environments, as far as pages know it already; nothing is asked for. */
export function knownRow(connection: ConnectionId, application: string): FleetRow | null {
  const own = queries.getQueryData<Reading<FleetRow>>(places(connection, application).key)?.value;
  return own ?? knownFleet(connection)?.rows.find(({ key }) => key === application) ?? null;
}

/** How a place is and why, as far as that is known: by its own page, else by the list of what is unwell. */
export function knownAnswer(
  connection: ConnectionId,
  application: string,
  environment: string,
): Answer | null {
  const { key } = answer(connection, application, environment);
  const own = queries.getQueryData<Reading<Answer | null>>(key)?.value;
  const unwell = knownFleet(connection)?.unwell ?? [];
  const listed = unwell.find(
    (each) => each.application === application && each.environment.key === environment,
  );
  return own ?? listed?.answer ?? null;
}

function knownFleet(connection: ConnectionId): Fleet | undefined {
  return queries.getQueryData<Reading<Fleet>>(fleet(connection).key)?.value;
}
