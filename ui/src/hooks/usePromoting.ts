import { useState } from 'react';
import { beginRollout, closeRollout, stopRollout, useRollout, type Rollout } from '../app/rollouts';
import {
  asCommandError,
  commands,
  type CommandError,
  type ConnectionId,
  type FleetRow,
  type PlannedDeployment,
  type PromotionChoice,
  type Stage,
} from '../ipc';
import { useGone } from './useGone';
import { together, useShown } from './useShown';
import { useShowsRollout } from './useShowsRollout';

export type Promoting = {
  phase: 'choosing' | 'showing' | 'sending' | 'sent';
  /** Seconds in which it can still be taken back, or null. */
  left: number | null;
  takenBack: boolean;
  /** What was sent between these two, also from this page before it was left. */
  rollout: Rollout | null;
  error: CommandError | null;
  /** Sends what is ready in a moment: what was typed last is on its way to Rust. */
  start: (choices: () => Promise<PromotionChoice[]>) => void;
  takeBack: () => void;
  /** Sends nothing more; what was sent stays so. */
  stop: () => void;
  /** What was sent is done with; others can be chosen. */
  reset: () => void;
};

/**
 * The sending of several promotions with one confirmation: at once, or, where they go to production, after three
 * seconds in which Escape takes them back. It goes on where the page is left. `began` hears when they go, `ended` when
 * all of them went.
 */
export function usePromoting(
  connection: ConnectionId,
  { from, to, all: rows }: { from: Stage; to: Stage; all: FleetRow[] },
  began: (choices: PromotionChoice[]) => void,
  ended: () => void,
): Promoting {
  const [preparing, setPreparing] = useState(false);
  const [error, setError] = useState<CommandError | null>(null);
  const gone = useGone();
  const rollout = useRollout(
    ({ connection: id, of }) =>
      id === connection && of.kind === 'promotion' && of.from.key === from.key && of.to.key === to.key,
  );
  useShowsRollout(rollout);
  const failed = (thrown: unknown) => {
    setPreparing(false);
    setError(asCommandError(thrown));
  };
  const send = (choices: PromotionChoice[], confirmation: string | null) => {
    beginRollout(
      {
        connection,
        of: { kind: 'promotion', from, to, rows, choices },
        applications: choices.map(({ promotion }) => promotion.application),
      },
      (told, call) => commands.promote(connection, choices, confirmation, told, call),
      (whole) => {
        if (whole) ended();
      },
    );
    began(choices);
  };
  const { showing, left, takenBack, start, takeBack } = useShown(connection, send, failed);
  return {
    phase:
      rollout !== null
        ? rollout.phase === 'done'
          ? 'sent'
          : 'sending'
        : showing || preparing
          ? 'showing'
          : 'choosing',
    left,
    takenBack,
    rollout,
    error: rollout?.error ?? error,
    start: (choices) => {
      if (preparing) return;
      setError(null);
      setPreparing(true);
      choices().then((ready) => {
        setPreparing(false);
        // Who has left meanwhile sends nothing.
        if (!gone.current) start(ready, to.production ? together(connection, plannedBy(ready)) : null);
      }, failed);
    },
    takeBack,
    stop: () => {
      if (rollout) stopRollout(rollout.id);
    },
    reset: () => {
      if (rollout) closeRollout(rollout);
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
