import type { State } from '../ipc';

/** The shape of a word of health. */
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

/** The shape of a word of a deployment or of one of its steps. */
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

/** Whether more will happen; a word we do not know counts as still going on, as in Rust. */
export function isRunning(status: string): boolean {
  return status !== 'completed' && status !== 'failed' && status !== 'cancelled';
}
