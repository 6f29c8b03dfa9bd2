import type { Application } from '../ipc';
import { inOrder } from './environments';
import { isUnwell, severity, stateOf } from './state';

/** Where a click on the application as a whole leads: to what is unwell, else to the furthest environment. */
export function environmentOf(application: Application): string {
  const order = inOrder(application.environments.map((entry) => entry.environment));
  const unwell = application.environments
    .filter((entry) => isUnwell(stateOf(entry)))
    .sort(
      (a, b) =>
        severity(stateOf(a)) - severity(stateOf(b)) ||
        order.indexOf(b.environment) - order.indexOf(a.environment),
    );
  return unwell[0]?.environment ?? order.at(-1) ?? 'dev';
}
