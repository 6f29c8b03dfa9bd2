import type { Application, EnvironmentEntry } from '../ipc';

/** What a shape says. */
export type State = 'well' | 'warning' | 'bad' | 'progress' | 'off' | 'unknown';

const SEVERITY: Record<State, number> = { bad: 0, warning: 1, progress: 2, unknown: 3, off: 4, well: 5 };

/** The state of an application in one environment. */
export function stateOf(entry: EnvironmentEntry): State {
  switch (entry.status) {
    case 'deploying':
      return 'progress';
    case 'stopped':
      return 'off';
    case 'error':
      return 'bad';
    default:
      return healthState(entry.health);
  }
}

export function healthState(health: string): State {
  switch (health) {
    case 'healthy':
      return 'well';
    case 'degraded':
      return 'warning';
    case 'unhealthy':
    case 'down':
      return 'bad';
    default:
      return 'unknown';
  }
}

export function deploymentState(status: string): State {
  switch (status) {
    case 'completed':
      return 'well';
    case 'failed':
      return 'bad';
    case 'pending':
    case 'running':
      return 'progress';
    case 'cancelled':
      return 'off';
    default:
      return 'unknown';
  }
}

export function isUnwell(state: State): boolean {
  return state === 'bad' || state === 'warning';
}

export function isRunning(status: string): boolean {
  return status === 'pending' || status === 'running';
}

/** Lowest for the worst. */
export function severity(state: State): number {
  return SEVERITY[state];
}

/** The state of an application as a whole: its worst. Deployed nowhere, it is off. */
export function worstState(application: Application): State {
  const states = application.environments.map(stateOf);
  return states.sort((a, b) => SEVERITY[a] - SEVERITY[b])[0] ?? 'off';
}
