import type { Commands } from '../ipc';
import type { Application, Deployment, Promotion } from '../types';
import { preflightOf } from './fleet';
import { failure, stage } from './parts';

type Promoting = Pick<Commands, 'promotion' | 'deploymentsCompare'>;

/** What would go from one environment to the next. */
export function promoting(
  applications: Application[],
  deployments: Deployment[],
  answer: <T>(value: T) => Promise<T>,
): Promoting {
  return {
    promotion: (_, key, from, to) => {
      const application = applications.find((each) => each.key === key);
      const entry = (name: string) => application?.environments.find((each) => each.environment === name);
      const image = entry(from)?.image;
      if (!image) return Promise.reject(failure('not_found') as unknown as Error);
      const { findings, refusal, comparable } = preflightOf(application, to, image, deployments);
      const promotion: Promotion = {
        application: key,
        from: stage(from),
        state: entry(from)?.health === 'degraded' ? 'warning' : 'well',
        to: stage(to),
        before: entry(to)?.image ?? null,
        after: image,
        deployment: `dep-${key}-${from}`,
        items: [
          {
            name: 'FEATURE_WALLET',
            kind: 'arrives',
            before: null,
            after: 'true',
            required: false,
            chosen: true,
          },
          {
            name: 'PAYMENT_TIMEOUT',
            kind: 'differs',
            before: '5000',
            after: '8000',
            required: false,
            chosen: false,
          },
          {
            name: 'STRIPE_KEY',
            kind: 'incomparable',
            before: null,
            after: null,
            required: true,
            chosen: false,
          },
          {
            name: 'WEBHOOK_SECRET',
            kind: 'arrivesUnset',
            before: null,
            after: null,
            required: true,
            chosen: true,
          },
        ],
        namesItems: true,
        longestNote: 1000,
        equal: 24,
        unreadable: null,
        access: [
          {
            row: { subject: 'team-orders', subjectType: 'group', role: 'developer', environments: [from] },
            environments: [from, to],
          },
        ],
        comparable,
        findings,
        refusal,
      };
      return answer(promotion);
    },
    deploymentsCompare: (_, one, other) => {
      const [before, after] = deployments.filter((each) => each.id === one || each.id === other).reverse();
      if (!before || !after) return Promise.reject(failure('not_found') as unknown as Error);
      return answer({
        before,
        after,
        items: [
          { name: 'FEATURE_WALLET', kind: 'added', before: null, after: 'true' },
          { name: 'PAYMENT_TIMEOUT', kind: 'changed', before: '5000', after: '8000' },
          { name: 'STRIPE_KEY', kind: 'incomparable', before: null, after: null },
        ],
        equal: 24,
        manifests: {
          before: JSON.stringify({ displayName: before.applicationKey, port: 80, type: 'api' }, null, 2),
          after: JSON.stringify({ displayName: after.applicationKey, port: 8080, type: 'api' }, null, 2),
        },
      });
    },
  };
}
