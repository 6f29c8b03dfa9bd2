import { useState } from 'react';
import {
  asCommandError,
  commands,
  type CommandError,
  type ConnectionId,
  type Deployment,
  type DeployRequest,
} from '../ipc';
import { putRefusal, type Sent } from '../app/shell';
import { useGone } from './useGone';
import { together, useShown } from './useShown';

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
 * takes it back. Rust hears when they begin, and sends nothing to production that was not shown so long. Why it was
 * refused is told above the page where the form was left, in the words of `sent`.
 */
export function useSending(
  connection: ConnectionId,
  application: string,
  sent: (request: DeployRequest) => Sent,
  ended: (deployment: Deployment | null, failure: CommandError | null) => void,
): Sending {
  const [sending, setSending] = useState(false);
  const [error, setError] = useState<CommandError | null>(null);
  const gone = useGone();
  const failed = (thrown: unknown) => {
    const failure = asCommandError(thrown);
    setError(failure);
    setSending(false);
    return failure;
  };
  const send = (request: DeployRequest, confirmation: string | null) => {
    setSending(true);
    commands.deploy(connection, application, request, confirmation).then(
      (deployment) => {
        ended(deployment, null);
      },
      (thrown: unknown) => {
        const failure = failed(thrown);
        if (gone.current) putRefusal(sent(request), failure);
        ended(null, failure);
      },
    );
  };
  const { showing, left, takenBack, start, takeBack } = useShown(connection, send, failed);
  const phase = sending ? 'sending' : showing ? 'showing' : 'editing';
  return {
    phase,
    left,
    busy: left !== null || phase !== 'editing',
    takenBack,
    error,
    start: (request, production) => {
      setError(null);
      start(request, production ? together(connection, [{ application, request }]) : null);
    },
    takeBack,
  };
}
