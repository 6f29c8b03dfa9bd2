import { asCommandError } from '../errors';
import type { ChannelOf, Commands } from '../ipc';
import type { DeployRequest, PromotionChoice, RolloutStep } from '../types';
import { later } from './parts';

type Rollouts = Pick<Commands, 'batch' | 'promote' | 'promotionRequest' | 'callOff'>;

const request = ({ promotion, note }: PromotionChoice): DeployRequest => ({
  environment: promotion.to.key,
  image: promotion.after,
  configuration: null,
  from: null,
  dryRun: null,
  note,
});

/** Several applications, sent one after the other. What is chosen item by item is worked out in Rust alone. */
export function rollouts(deploy: Commands['deploy'], step: number): Rollouts {
  const calledOff = new Set<number>();
  const send = async (
    connection: string,
    all: [string, DeployRequest][],
    confirmation: string | null,
    told: ChannelOf<RolloutStep>,
    call: number,
    endsAtRefusal: boolean,
  ): Promise<RolloutStep[]> => {
    const steps: RolloutStep[] = [];
    const end = (step: RolloutStep) => {
      steps.push(step);
      told.onmessage(step);
    };
    let ended = false;
    for (const [application, planned] of all) {
      if (ended || calledOff.has(call)) {
        end({ application, outcome: { kind: ended ? 'left' : 'stopped' } });
        continue;
      }
      told.onmessage({ application, outcome: { kind: 'sending' } });
      await later(step);
      await deploy(connection, application, planned, confirmation).then(
        (deployment) => {
          end({ application, outcome: { kind: 'sent', deployment } });
        },
        (thrown: unknown) => {
          ended = endsAtRefusal;
          // A failure in Rust has no field that a command's error lacks.
          const failure = asCommandError(thrown) as never;
          end({ application, outcome: { kind: 'failed', failure } });
        },
      );
    }
    return steps;
  };
  return {
    callOff: (call) => {
      calledOff.add(call);
      return Promise.resolve(null);
    },
    batch: (connection, environment, orders, confirmation, told, call) => {
      const planned = orders.map(({ application, image }): [string, DeployRequest] => [
        application,
        { environment, image, note: null, configuration: null, from: null, dryRun: null },
      ]);
      return send(connection, planned, confirmation, told, call, false);
    },
    promotionRequest: (choice) => Promise.resolve(request(choice)),
    promote: (connection, choices, confirmation, told, call) => {
      const planned = choices.map((choice): [string, DeployRequest] => [
        choice.promotion.application,
        request(choice),
      ]);
      return send(connection, planned, confirmation, told, call, true);
    },
  };
}
