import type { Commands } from '../ipc';
import type { Application, Deployment, Promotion, PromotionChoice } from '../types';
import { preflightOf } from './fleet';
import { failure, stage } from './parts';

type Promoting = Pick<Commands, 'promotion' | 'promotionRequest' | 'promote' | 'deploymentsCompare'>;

const request = ({ promotion, note }: PromotionChoice) => ({
  environment: promotion.to.key,
  image: promotion.after,
  configuration: null,
  from: null,
  dryRun: null,
  note,
});

/** What would go from one environment to the next. What is chosen item by item is worked out in Rust alone. */
export function promoting(
  applications: Application[],
  deployments: Deployment[],
  answer: <T>(value: T) => Promise<T>,
  deploy: Commands['deploy'],
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
    promotionRequest: (choice) => answer(request(choice)),
    promote: async (connection, choices, confirmation, told) => {
      let failed = false;
      for (const choice of choices) {
        const { application } = choice.promotion;
        if (failed) {
          told.onmessage({ application, outcome: { kind: 'left' } });
          continue;
        }
        told.onmessage({ application, outcome: { kind: 'sending' } });
        await deploy(connection, application, request(choice), confirmation).then(
          (deployment) => {
            told.onmessage({ application, outcome: { kind: 'sent', deployment } });
          },
          (thrown: unknown) => {
            failed = true;
            told.onmessage({ application, outcome: { kind: 'failed', failure: thrown as never } });
          },
        );
      }
      return null;
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
