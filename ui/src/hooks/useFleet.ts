import { useMemo } from 'react';
import { fleetOf, type Fleet } from '../app/fleet';
import { isRunning, isUnwell } from '../app/state';
import type { Application, ConnectionId, Deployment } from '../ipc';
import { useResource, type Held } from './useResource';
import type { Page } from '../ipc';

const NONE: never[] = [];
const APPLICATIONS = { kind: 'applications' } as const;
const RECENT = { kind: 'deployments', application: null } as const;

export type Overview = {
  applications: Held<Page<Application>>;
  deployments: Deployment[];
  recent: Held<Page<Deployment>>;
  fleet: Fleet;
  unwell: number;
  running: Deployment[];
};

/** What every overview shows, from the one list call and the recent activity. */
export function useFleet(connection: ConnectionId): Overview {
  const applications = useResource(connection, APPLICATIONS);
  const recent = useResource(connection, RECENT);
  const list = applications.value?.data ?? NONE;
  const deployments = recent.value?.data ?? NONE;
  const fleet = useMemo(() => fleetOf(list, deployments), [list, deployments]);
  const running = useMemo(() => runningOf(deployments), [deployments]);
  const unwell = useMemo(() => fleet.rows.filter((row) => isUnwell(row.state)).length, [fleet]);
  return { applications, deployments, recent, fleet, unwell, running };
}

/** The deployments under way. */
export function useRunning(connection: ConnectionId): Deployment[] {
  const { value } = useResource(connection, RECENT);
  return useMemo(() => runningOf(value?.data ?? NONE), [value]);
}

function runningOf(deployments: Deployment[]): Deployment[] {
  return deployments.filter((each) => isRunning(each.status));
}
