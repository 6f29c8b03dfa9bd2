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
  | 'deploymentsOlder'
>;

/** The most of a list that comes at once (API.md, "Lists"). */
const PAGE = 200;

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
    deploymentsOlder: (_, key, environment, page) => {
      const all = deployments.filter(
        (each) =>
          (key === null || each.applicationKey === key) &&
          (environment === null || each.environment === environment),
      );
      const data = all.slice((page - 1) * PAGE, page * PAGE);
      const meta = { page, pageSize: PAGE, total: all.length, totalPages: Math.ceil(all.length / PAGE) };
      return Promise.resolve({ data, meta, links: null });
    },
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
