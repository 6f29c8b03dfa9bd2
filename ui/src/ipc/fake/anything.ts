import type { Commands } from '../ipc';
import type { AnythingGroup, AnythingHeld, Application, Deployment, LogHolding } from '../types';
import { later } from './parts';

type Held = Pick<Commands, 'anythingKnown' | 'anythingInLogs'>;

const LINE = 'connect ECONNREFUSED 10.0.3.7:5432';
const REQUEST = 'req-9e3779b1';

/** Where a tag runs and which deployments have a text; two logs have a line of an error, and one a request. */
export function anything(applications: Application[], deployments: Deployment[]): Held {
  return {
    anythingKnown: (_, text) => {
      const has = (of: string | null) => of?.toLowerCase().includes(text.toLowerCase()) === true;
      const places = applications.flatMap(({ key, environments }) =>
        environments.map(({ environment, image }) => ({ application: key, environment, image })),
      );
      const runs = places
        .filter(({ image }) => image?.endsWith(`:${text}`) === true)
        .map(({ application, environment, image }): AnythingHeld => ({
          kind: 'place',
          application,
          environment,
          words: image ?? '',
        }));
      const found = deployments.flatMap(
        ({ id, applicationKey, environment, note, error, createdAt }): AnythingHeld[] => {
          const words = [id, note, error].find(has) ?? null;
          const held = { id, application: applicationKey, environment, at: createdAt };
          return words === null ? [] : [{ kind: 'deployment', ...held, words }];
        },
      );
      const groups: AnythingGroup[] = [
        { kind: 'runs', total: runs.length, held: runs },
        { kind: 'deployment', total: found.length, held: found },
      ];
      return Promise.resolve({
        groups: groups.filter(({ held }) => held.length > 0),
        mayBeDeployment: /^(?=.*\d)(?=.*[a-z])[\w-]{20,}$/i.test(text) && !text.startsWith('req-'),
      });
    },
    anythingInLogs: async (_, text, found) => {
      await later(0);
      const at = new Date().toISOString();
      const holding = (application: string, lines: number, more: Partial<LogHolding>) => {
        found.onmessage({
          log: { application, environment: 'prod' },
          lines,
          complete: true,
          at,
          level: 'error',
          words: LINE,
          field: null,
          ...more,
        });
      };
      if (LINE.toLowerCase().includes(text.toLowerCase())) {
        holding('orders-api', 412, {});
        holding('checkout', 3, { complete: false });
        return { logs: 1, of: 4, stoppedIn: { application: 'checkout', environment: 'prod' } };
      }
      if (text === REQUEST) holding('orders-api', 1, { field: ['requestId', REQUEST] });
      return { logs: 4, of: 4, stoppedIn: null };
    },
  };
}
