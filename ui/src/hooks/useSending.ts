import { useState } from 'react';
import {
  asCommandError,
  commands,
  type CommandError,
  type ConnectionId,
  type Deployment,
  type DeployRequest,
} from '../ipc';
import { useShown } from './useShown';

/** What is about to be sent, and by which name Rust knows that it is shown. */
type Shown = { request: DeployRequest; confirmation: string | null };

export type Sending = {
  /** `showing`: Rust is told that it is shown, then the seconds begin. */
  phase: 'editing' | 'showing' | 'sending';
  /** Seconds in which it can still be taken back, or null. */
  left: number | null;
  busy: boolean;
  takenBack: boolean;
  error: CommandError | null;
  start: (request: DeployRequest, production: boolean) => void;
  takeBack: () => void;
};

/**
 * The sending of one deployment: at once, or, where it goes to production, after three seconds in which Escape
 * takes it back. Rust hears when they begin, and sends nothing to production that was not shown so long.
 */
export function useSending(
  connection: ConnectionId,
  application: string,
  ended: (deployment: Deployment | null, failure: CommandError | null) => void,
): Sending {
  const [phase, setPhase] = useState<Sending['phase']>('editing');
  const [error, setError] = useState<CommandError | null>(null);
  const failed = (thrown: unknown) => {
    const failure = asCommandError(thrown);
    setError(failure);
    setPhase('editing');
    return failure;
  };
  const send = ({ request, confirmation }: Shown) => {
    setPhase('sending');
    commands.deploy(connection, application, request, confirmation).then(
      (deployment) => {
        ended(deployment, null);
      },
      (thrown: unknown) => {
        ended(null, failed(thrown));
      },
    );
  };
  const { left, takenBack, setTakenBack, countDown, takeBack } = useShown(connection, send);
  const start = (request: DeployRequest, production: boolean) => {
    setTakenBack(false);
    setError(null);
    if (!production) {
      send({ request, confirmation: null });
      return;
    }
    setPhase('showing');
    commands.deploymentsShow(connection, [{ application, request }]).then((confirmation) => {
      setPhase('editing');
      countDown({ request, confirmation });
    }, failed);
  };
  const waiting = left !== null;
  return { phase, left, busy: waiting || phase !== 'editing', takenBack, error, start, takeBack };
}
