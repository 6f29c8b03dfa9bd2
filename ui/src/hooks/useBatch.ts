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
  type PlannedDeployment,
} from '../ipc';
import { together, useShown } from './useShown';

/** What is confirmed, as it was seen. */
export type BatchOrders = { environment: string; orders: BatchOrder[] };

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
 * seconds in which Escape takes all of them back. `began` hears when they go.
 */
export function useBatch(connection: ConnectionId, began: () => void): Batch {
  const { t } = useTranslation();
  const [sent, setSent] = useState<'not' | 'sending' | 'done'>('not');
  const [told, setTold] = useState<BatchTold[]>([]);
  const [stopped, setStopped] = useState(false);
  const [error, setError] = useState<CommandError | null>(null);
  const call = useRef<Call | null>(null);
  const send = ({ environment, orders }: BatchOrders, confirmation: string | null) => {
    if (call.current !== null || orders.length === 0) return;
    const now = newCall();
    call.current = now;
    setSent('sending');
    began();
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
        setSent('done');
      });
  };
  const refused = (thrown: unknown) => {
    setError(asCommandError(thrown));
  };
  const { showing, left, takenBack, start, takeBack } = useShown(connection, send, refused);
  const count = (kind: BatchTold['outcome']['kind']) =>
    told.filter(({ outcome }) => outcome.kind === kind).length;
  const words = {
    started: number(count('started')),
    failed: number(count('failed')),
    notSent: number(count('notSent')),
    total: number(told.length),
  };
  return {
    phase: left !== null ? 'waiting' : sent !== 'not' ? sent : showing ? 'showing' : 'reviewing',
    left,
    takenBack,
    told,
    stopped,
    summary: t(
      sent === 'sending' ? 'batch.going' : count('notSent') > 0 ? 'batch.ended' : 'batch.done',
      words,
    ),
    error,
    start: (orders, production) => {
      setError(null);
      start(orders, production ? together(connection, plannedBy(orders)) : null);
    },
    takeBack,
    stop: () => {
      if (call.current === null || stopped) return;
      setStopped(true);
      call.current.off();
    },
  };
}

/** The deployments that orders come to. */
function plannedBy({ environment, orders }: BatchOrders): PlannedDeployment[] {
  return orders.map(({ application, image }) => ({
    application,
    request: { environment, image, note: null, configuration: null, from: null, dryRun: null },
  }));
}
