import { useState } from 'react';
import {
  asCommandError,
  channel,
  commands,
  type CommandError,
  type ConnectionId,
  type PlannedDeployment,
  type PromotionChoice,
  type PromotionStep,
} from '../ipc';
import { together, useShown } from './useShown';

export type Promoting = {
  phase: 'choosing' | 'showing' | 'sending' | 'sent';
  /** Seconds in which it can still be taken back, or null. */
  left: number | null;
  takenBack: boolean;
  steps: PromotionStep[];
  error: CommandError | null;
  start: (choices: PromotionChoice[], production: boolean) => void;
  takeBack: () => void;
  /** What was sent is done with; others can be chosen. */
  reset: () => void;
};

/**
 * The sending of several promotions with one confirmation: at once, or, where they go to production, after three
 * seconds in which Escape takes them back. `began` hears when they go, `ended` when all of them went.
 */
export function usePromoting(connection: ConnectionId, began: () => void, ended: () => void): Promoting {
  const [sent, setSent] = useState<'not' | 'sending' | 'sent'>('not');
  const [steps, setSteps] = useState<PromotionStep[]>([]);
  const [error, setError] = useState<CommandError | null>(null);
  const failed = (thrown: unknown) => {
    setError(asCommandError(thrown));
    setSent('not');
  };
  const send = (choices: PromotionChoice[], confirmation: string | null) => {
    setSent('sending');
    began();
    let whole = true;
    const told = channel<PromotionStep>((step) => {
      whole &&= step.outcome.kind === 'sending' || step.outcome.kind === 'sent';
      setSteps((before) => [...before.filter((each) => each.application !== step.application), step]);
    });
    commands.promote(connection, choices, confirmation, told).then(() => {
      setSent('sent');
      if (whole) ended();
    }, failed);
  };
  const { showing, left, takenBack, start, takeBack } = useShown(connection, send, failed);
  return {
    phase: sent !== 'not' ? sent : showing ? 'showing' : 'choosing',
    left,
    takenBack,
    steps,
    error,
    start: (choices, production) => {
      setError(null);
      setSteps([]);
      start(choices, production ? together(connection, plannedBy(choices)) : null);
    },
    takeBack,
    reset: () => {
      setSent('not');
      setSteps([]);
      setError(null);
    },
  };
}

/** The deployments that choices come to. */
function plannedBy(choices: PromotionChoice[]): Promise<PlannedDeployment[]> {
  return Promise.all(
    choices.map(async (choice) => ({
      application: choice.promotion.application,
      request: await commands.promotionRequest(choice),
    })),
  );
}
