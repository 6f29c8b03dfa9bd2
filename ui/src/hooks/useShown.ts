import { useCallback, useState } from 'react';
import { commands, type ConnectionId } from '../ipc';
import { useEscape } from './useEscape';
import { useTakeBack } from './useTakeBack';

export type Shown = {
  /** The name by which Rust knows what is shown; null for what needs no confirmation. */
  confirmation: string | null;
};

/**
 * What is shown before it goes to production: sent after three seconds, in which the button or Escape takes it back.
 * Rust hears of that too, and sends nothing of it any more.
 */
export function useShown<T extends Shown>(connection: ConnectionId, send: (shown: T) => void) {
  const [takenBack, setTakenBack] = useState(false);
  const { left, what, start, cancel } = useTakeBack(send);
  const confirmation = what?.confirmation ?? null;
  const takeBack = useCallback(() => {
    cancel();
    setTakenBack(true);
    // It is not sent by this page any more, whatever Rust answers.
    if (confirmation !== null) commands.deploymentsTakeBack(connection, confirmation).catch(() => undefined);
  }, [cancel, connection, confirmation]);
  useEscape(left !== null, takeBack);
  return { left, takenBack, setTakenBack, countDown: start, takeBack };
}
