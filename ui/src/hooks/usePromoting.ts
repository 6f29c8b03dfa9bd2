import { useCallback, useEffect, useState } from 'react';
import {
  asCommandError,
  channel,
  commands,
  type CommandError,
  type ConnectionId,
  type PromotionChoice,
  type PromotionStep,
} from '../ipc';
import { useTakeBack } from './useTakeBack';

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
  const [takenBack, setTakenBack] = useState(false);
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
  const { left, what, start: countDown, cancel } = useTakeBack(send);
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
  const confirmation = what?.confirmation ?? null;
  const takeBack = useCallback(() => {
    cancel();
    setTakenBack(true);
    // It is not sent by this page any more, whatever Rust answers.
    if (confirmation !== null) commands.deploymentsTakeBack(connection, confirmation).catch(() => undefined);
  }, [cancel, connection, confirmation]);
  useEscape(left !== null, takeBack);
  return { phase, left, takenBack, steps, error, start, takeBack };
}

/** Escape does it wherever the focus is, for as long as it is wanted. */
export function useEscape(wanted: boolean, act: () => void): void {
  useEffect(() => {
    if (!wanted) return undefined;
    const heard = (event: KeyboardEvent) => {
      if (event.key !== 'Escape') return;
      event.preventDefault();
      act();
    };
    document.addEventListener('keydown', heard, true);
    return () => {
      document.removeEventListener('keydown', heard, true);
    };
  }, [wanted, act]);
}
