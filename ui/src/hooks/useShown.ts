import { useCallback, useState } from 'react';
import { commands, type ConnectionId, type PlannedDeployment } from '../ipc';
import { useEscape } from './useEscape';
import { useTakeBack } from './useTakeBack';

/** Sends it; the confirmation is the name by which Rust knows what was shown, null for what needs none. */
type Send<T> = (what: T, confirmation: string | null) => void;

export type ShownFirst<T> = {
  /** Rust is told that it is shown; then the seconds begin. */
  showing: boolean;
  /** Seconds in which it can still be taken back, or null. */
  left: number | null;
  takenBack: boolean;
  /** Sends it: at once without `planned`, else after that was shown for three seconds. */
  start: (what: T, planned: PlannedDeployment[] | Promise<PlannedDeployment[]> | null) => void;
  takeBack: () => void;
};

/**
 * What goes to production is shown first: it is sent after three seconds, in which the button or Escape takes it back.
 * Rust hears when they begin and when it is taken back, and sends nothing to production that was not shown so long.
 */
export function useShown<T>(
  connection: ConnectionId,
  send: Send<T>,
  refused: (thrown: unknown) => void,
): ShownFirst<T> {
  const [showing, setShowing] = useState(false);
  const [takenBack, setTakenBack] = useState(false);
  const {
    left,
    what: shown,
    start: countDown,
    cancel,
  } = useTakeBack(({ what, confirmation }: { what: T; confirmation: string }) => {
    send(what, confirmation);
  });
  const confirmation = shown?.confirmation ?? null;
  const takeBack = useCallback(() => {
    cancel();
    setTakenBack(true);
    // It is not sent by this page any more, whatever Rust answers.
    if (confirmation !== null) commands.deploymentsTakeBack(connection, confirmation).catch(() => undefined);
  }, [cancel, connection, confirmation]);
  useEscape(left !== null, takeBack);
  const show = async (planned: PlannedDeployment[] | Promise<PlannedDeployment[]>) =>
    commands.deploymentsShow(connection, await planned);
  return {
    showing,
    left,
    takenBack,
    start: (what, planned) => {
      setTakenBack(false);
      if (planned === null) {
        send(what, null);
        return;
      }
      setShowing(true);
      show(planned).then(
        (name) => {
          setShowing(false);
          countDown({ what, confirmation: name });
        },
        (thrown: unknown) => {
          setShowing(false);
          refused(thrown);
        },
      );
    },
    takeBack,
  };
}
