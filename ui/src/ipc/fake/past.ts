// What was, as far as the pages' tests need it: the rules stand in miso-client.
import { tagOf } from '../../app/image';
import type { Commands } from '../ipc';
import type { Application, Deployment, PlaceThen } from '../types';
import { isUnwell, stateOf } from './fleet';
import { stages } from './parts';

type Past = Pick<Commands, 'fleetAt' | 'observed'>;

const MINUTE = 60_000;
/** Minutes ago: it was looked at from here to here, and something changed here. */
const SPANS = [
  [24 * 60, 16 * 60],
  [120, 0],
] as const;
const MARKS = [20 * 60, 90, 30];

/** Two spans of a day, in which everything always was as it is, but ran the image before. */
export function fakePast(applications: Application[], deployments: Deployment[]): Past {
  const ago = (minutes: number) => new Date(Date.now() - minutes * MINUTE).toISOString();
  const spans = () => SPANS.map(([from, to]) => ({ from: ago(from), to: ago(to) }));
  const imageThen = (key: string, environment: string, now: string | null, time: string) => {
    const newer = deployments.filter(
      (each) =>
        each.applicationKey === key && each.environment === environment && (each.completedAt ?? '') > time,
    );
    return newer.at(-1)?.previousImage ?? now;
  };
  return {
    observed: () =>
      Promise.resolve({ from: ago(SPANS[0][0]), to: ago(0), spans: spans(), marks: MARKS.map(ago) }),
    fleetAt: (_, time) => {
      const observed = spans().some(({ from, to }) => from <= time && time <= to);
      const rows = applications.map((application) => ({
        key: application.key,
        displayName: application.displayName,
        type: application.type,
        cells: stages.map(({ key: environment }) => {
          const entry = application.environments.find((each) => each.environment === environment);
          if (!entry) return { environment, then: { kind: 'absent' } as PlaceThen };
          if (!observed) return { environment, then: { kind: 'notObserved' } as PlaceThen };
          const state = stateOf(entry);
          const image = imageThen(application.key, environment, entry.image, time);
          const then: PlaceThen = {
            kind: 'known',
            state,
            unwell: isUnwell(state),
            tag: tagOf(image),
            image,
            since: entry.lastDeployedAt,
          };
          return { environment, then };
        }),
      }));
      return Promise.resolve({ at: time, observed, environments: stages, rows });
    },
  };
}
