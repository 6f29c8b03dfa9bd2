import { useState } from 'react';
import {
  asCommandError,
  channel,
  commands,
  type CommandError,
  type ConnectionId,
  type PromotionChoice,
  type PromotionStep,
} from '../ipc';
import { useShown } from './useShown';

type Shown = { choices: PromotionChoice[]; confirmation: string | null };

export type Promoting = {
  phase: 'choosing' | 'showing' | 'sending' | 'sent';
  /** Seconds in which it can still be taken back, or null. */
  left: number | null;
  takenBack: boolean;
  steps: PromotionStep[];
  error: CommandError | null;
  start: (choices: PromotionChoice[], production: boolean) => void;
  takeBack: () => void;
};

/**
 * The sending of several promotions with one confirmation: at once, or, where they go to production, after three
 * seconds in which Escape takes them back.
 */
export function usePromoting(connection: ConnectionId): Promoting {
  const [phase, setPhase] = useState<Promoting['phase']>('choosing');
  const [steps, setSteps] = useState<PromotionStep[]>([]);
  const [error, setError] = useState<CommandError | null>(null);
  const failed = (thrown: unknown) => {
    setError(asCommandError(thrown));
    setPhase('choosing');
  };
  const send = ({ choices, confirmation }: Shown) => {
    setPhase('sending');
    const told = channel<PromotionStep>((step) => {
      setSteps((before) => [...before.filter((each) => each.application !== step.application), step]);
    });
    commands.promote(connection, choices, confirmation, told).then(() => {
      setPhase('sent');
    }, failed);
  };
  const { left, takenBack, setTakenBack, countDown, takeBack } = useShown(connection, send);
  const start = (choices: PromotionChoice[], production: boolean) => {
    setTakenBack(false);
    setError(null);
    setSteps([]);
    if (!production) {
      send({ choices, confirmation: null });
      return;
    }
    setPhase('showing');
    Promise.all(
      choices.map(async (choice) => ({
        application: choice.promotion.application,
        request: await commands.promotionRequest(choice),
      })),
    )
      .then((shown) => commands.deploymentsShow(connection, shown))
      .then((confirmation) => {
        setPhase('choosing');
        countDown({ choices, confirmation });
      }, failed);
  };
  return { phase, left, takenBack, steps, error, start, takeBack };
}
