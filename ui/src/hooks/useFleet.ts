import { fleet as fleetOf, type ConnectionId, type Fleet } from '../ipc';
import { useMade, type Held } from './useResource';

const NOTHING: Fleet = {
  environments: [],
  rows: [],
  unwell: [],
  counts: {
    total: 0,
    unseen: 0,
    placed: 0,
    unwell: 0,
    deploying: 0,
    unknown: 0,
    underWay: 0,
    allWell: false,
  },
  running: [],
  nextPage: null,
};

/** What every overview shows: the fleet as it is known, and its reading. */
export function useFleet(connection: ConnectionId): { fleet: Fleet; held: Held<Fleet> } {
  const held = useMade(connection, fleetOf(connection));
  return { fleet: held.value ?? NOTHING, held };
}
