import type { EnvironmentEntry, Me } from '../ipc';

const DEPLOY = 'applications:deploy';

/** Whether the server lists the permission to deploy for this place. */
export function mayDeploy(entry: EnvironmentEntry): boolean {
  return entry.permissions.includes(DEPLOY);
}

/** The same where nothing was deployed yet: what the account may do in general, and where. */
export function mayDeployTo(me: Me, environment: string): boolean {
  return me.permissions.includes(DEPLOY) && me.environments.includes(environment);
}
