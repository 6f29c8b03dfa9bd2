import type { Deployment, EnvironmentEntry, Health, State } from '../ipc';
import { healthState, isRunning, isUnwell } from './state';

type Now = {
  entry: EnvironmentEntry;
  state: State;
  health: Health | undefined;
  last: Deployment | undefined;
};

/** The check that says why a place is unwell, where nothing matters more just now. */
export function namedCheck({ entry, state, health, last }: Now): Health['checks'][number] | undefined {
  if (state === 'progress' || state === 'off' || entry.status === 'error') return undefined;
  if (last && isRunning(last.status)) return undefined;
  if (!health || !isUnwell(healthState(health.status))) return undefined;
  return health.checks.find((check) => isUnwell(healthState(check.status)));
}
