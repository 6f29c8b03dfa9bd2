import type { Commands } from '../ipc';
import type { Course, Deployment, Reading } from '../types';
import { failure } from './parts';

type Deploying = Pick<
  Commands,
  | 'clipboardImage'
  | 'compareOpen'
  | 'deploymentsShow'
  | 'deploymentsTakeBack'
  | 'deploymentCourse'
  | 'deploymentCancel'
>;

/** What stands beside a deployment. */
export function deploying(
  deployments: Deployment[],
  reading: <T>(value: T) => Promise<Reading<T>>,
  publish: (connection: string, deployment: Deployment) => void,
): Deploying {
  let shown = 0;
  return {
    deploymentsShow: () => {
      shown += 1;
      return Promise.resolve(`shown-${String(shown)}`);
    },
    deploymentsTakeBack: () => Promise.resolve(null),
    clipboardImage: () => Promise.resolve(null),
    compareOpen: () => Promise.resolve(null),
    deploymentCourse: async (_, id) => {
      const found = deployments.find((each) => each.id === id);
      if (!found) return Promise.reject(failure('not_found') as unknown as Error);
      const told = await reading<Course>({ state: 'onItsWay', usual: 40, stillSince: null });
      if (found.completedAt !== null) told.value.state = 'ended';
      else if (told.source === 'offline' || told.failure !== null) told.value.state = 'outOfContact';
      return told;
    },
    deploymentCancel: (connection, _, id) => {
      const found = deployments.find((each) => each.id === id);
      if (!found || found.completedAt !== null)
        return Promise.reject(failure('conflict') as unknown as Error);
      Object.assign(found, { status: 'cancelled', completedAt: new Date().toISOString() });
      publish(connection, found);
      return Promise.resolve(null);
    },
  };
}
