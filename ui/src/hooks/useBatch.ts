import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { number } from '../i18n/format';
import {
  asCommandError,
  channel,
  commands,
  newCall,
  type BatchOrder,
  type BatchTold,
  type Call,
  type CommandError,
  type ConnectionId,
} from '../ipc';
import { useShown } from './useShown';

/** What is confirmed, as it was seen. */
export type BatchOrders = { environment: string; orders: BatchOrder[] };

/** The same, and by which name Rust knows that it is shown. */
type Shown = BatchOrders & { confirmation: string | null };

export type Batch = {
  /** `showing`: Rust is told that it is shown, then the seconds begin. */
  phase: 'reviewing' | 'showing' | 'waiting' | 'sending' | 'done';
  /** Seconds in which it can still be taken back, or null. */
  left: number | null;
  takenBack: boolean;
  /** What has become of each, in the order in which they are sent. */
  told: BatchTold[];
  stopped: boolean;
  /** How far it is, in a sentence. */
  summary: string;
  error: CommandError | null;
  start: (orders: BatchOrders, production: boolean) => void;
  takeBack: () => void;
  /** Sends nothing more; what was sent stays so. */
  stop: () => void;
};

/**
 * Deployments of several applications, sent one after the other: at once, or, where they go to production, after three
 * seconds in which Escape takes all of them back.
 */
export function useBatch(connection: ConnectionId): Batch {
  const { t } = useTranslation();
  const [phase, setPhase] = useState<Exclude<Batch['phase'], 'waiting'>>('reviewing');
  const [told, setTold] = useState<BatchTold[]>([]);
  const [stopped, setStopped] = useState(false);
  const [error, setError] = useState<CommandError | null>(null);
  const call = useRef<Call | null>(null);
  const send = ({ environment, orders, confirmation }: Shown) => {
    if (call.current !== null || orders.length === 0) return;
    const now = newCall();
    call.current = now;
    setPhase('sending');
    setTold(orders.map(({ application }) => ({ application, outcome: { kind: 'notSent' } })));
    const hear = channel<BatchTold>((one) => {
      setTold((before) => before.map((each) => (each.application === one.application ? one : each)));
    });
    commands
      .batch(connection, environment, orders, confirmation, hear, now.number)
      .then(setTold, (thrown: unknown) => {
        setError(asCommandError(thrown));
      })
      .finally(() => {
        setPhase('done');
      });
  };
  const { left, takenBack, setTakenBack, countDown, takeBack } = useShown(connection, send);
  const waiting = left !== null;
  const count = (kind: BatchTold['outcome']['kind']) =>
    told.filter(({ outcome }) => outcome.kind === kind).length;
  const words = {
    started: number(count('started')),
    failed: number(count('failed')),
    notSent: number(count('notSent')),
    total: number(told.length),
  };
  return {
    phase: waiting ? 'waiting' : phase,
    left,
    takenBack,
    told,
    stopped,
    summary: t(
      phase === 'sending' ? 'batch.going' : count('notSent') > 0 ? 'batch.ended' : 'batch.done',
      words,
    ),
    error,
    start: (orders, production) => {
      setTakenBack(false);
      setError(null);
      if (!production) {
        send({ ...orders, confirmation: null });
        return;
      }
      setPhase('showing');
      const planned = orders.orders.map(({ application, image }) => ({
        application,
        request: {
          environment: orders.environment,
          image,
          note: null,
          configuration: null,
          from: null,
          dryRun: null,
        },
      }));
      commands.deploymentsShow(connection, planned).then(
        (id) => {
          setPhase('reviewing');
          countDown({ ...orders, confirmation: id });
        },
        (thrown: unknown) => {
          setPhase('reviewing');
          setError(asCommandError(thrown));
        },
      );
    },
    takeBack,
    stop: () => {
      if (call.current === null || stopped) return;
      setStopped(true);
      call.current.off();
    },
  };
}
