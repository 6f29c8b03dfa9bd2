import { useCallback, useState } from 'react';
import { asCommandError, type CommandError } from '../ipc';
import { putRefusal, type Sent } from '../app/shell';
import { useEscape } from './useEscape';
import { useGone } from './useGone';
import { useTakeBack } from './useTakeBack';

export type Write<T> = {
  phase: 'resting' | 'sending';
  /** Seconds in which it can still be taken back, or null. */
  left: number | null;
  /** What is about to be sent. */
  what: T | null;
  busy: boolean;
  takenBack: boolean;
  error: CommandError | null;
  /** Sends it at once, or, where it writes to production, after three seconds. */
  start: (what: T, production: boolean) => void;
  takeBack: () => void;
  /** What became of the last one is not said any more. */
  forget: () => void;
};

/**
 * One write of a page, sent once: production's can be taken back for three seconds, by Escape too. `done` hears whether
 * it is still in view; why it was refused is told above the page where it is not, in the words of `sent`.
 */
export function useWrite<T>(
  send: (what: T) => Promise<unknown>,
  done: (inView: boolean) => void,
  sent: (what: T) => Sent,
): Write<T> {
  const [phase, setPhase] = useState<Write<T>['phase']>('resting');
  const [takenBack, setTakenBack] = useState(false);
  const [error, setError] = useState<CommandError | null>(null);
  const gone = useGone();
  const act = (what: T) => {
    setPhase('sending');
    send(what).then(
      () => {
        setPhase('resting');
        done(!gone.current);
      },
      (thrown: unknown) => {
        const failure = asCommandError(thrown);
        setPhase('resting');
        setError(failure);
        if (gone.current) putRefusal(sent(what), failure);
      },
    );
  };
  const { left, what, start: countDown, cancel } = useTakeBack(act);
  const waiting = left !== null;
  const takeBack = useCallback(() => {
    cancel();
    setTakenBack(true);
  }, [cancel]);
  useEscape(waiting, takeBack);
  return {
    phase,
    left,
    what,
    busy: waiting || phase === 'sending',
    takenBack,
    error,
    start: (wanted, production) => {
      if (waiting || phase === 'sending') return;
      setTakenBack(false);
      setError(null);
      if (production) countDown(wanted);
      else act(wanted);
    },
    takeBack,
    forget: () => {
      setTakenBack(false);
      setError(null);
    },
  };
}
