import { useCallback, useState } from 'react';
import { commands, type ConnectionId, type PlannedDeployment } from '../ipc';
import { useEscape } from './useEscape';
import { useTakeBack } from './useTakeBack';

/** Sends it; the confirmation is the name by which Rust knows what was shown, null for what needs none. */
type Send<T> = (what: T, confirmation: string | null) => void;

/** Tells Rust that it is shown; by which name Rust knows it, null for what needs no confirmation. */
export type Show = () => Promise<string | null>;

export type ShownFirst<T> = {
  /** Rust is told that it is shown; then the seconds begin. */
  showing: boolean;
  /** Seconds in which it can still be taken back, or null. */
  left: number | null;
  takenBack: boolean;
  /** Sends it: at once without `show`, else after that was shown for three seconds. */
  start: (what: T, show: Show | null) => void;
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
  return {
    showing,
    left,
    takenBack,
    start: (what, show) => {
      setTakenBack(false);
      if (show === null) {
        send(what, null);
        return;
      }
      setShowing(true);
      show().then(
        (name) => {
          setShowing(false);
          if (name === null) send(what, null);
          else countDown({ what, confirmation: name });
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

/** Deployments that are shown together. */
export function together(
  connection: ConnectionId,
  planned: PlannedDeployment[] | Promise<PlannedDeployment[]>,
): Show {
  return async () => commands.deploymentsShow(connection, await planned);
}
