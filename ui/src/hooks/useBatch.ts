import { useCallback, useRef, useState } from 'react';
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

export type Batch = {
  /** What has become of each, in the order in which they are sent. */
  told: BatchTold[];
  sending: boolean;
  stopped: boolean;
  /** How far it is, in a sentence. */
  summary: string;
  error: CommandError | null;
  send: (environment: string, orders: BatchOrder[], confirmation: string | null) => void;
  /** Sends nothing more; what was sent stays so. */
  stop: () => void;
};

/** Deployments of several applications, sent one after the other. */
export function useBatch(connection: ConnectionId): Batch {
  const { t } = useTranslation();
  const [told, setTold] = useState<BatchTold[]>([]);
  const [sending, setSending] = useState(false);
  const [stopped, setStopped] = useState(false);
  const [error, setError] = useState<CommandError | null>(null);
  const call = useRef<Call | null>(null);
  const send = useCallback(
    (environment: string, orders: BatchOrder[], confirmation: string | null) => {
      if (call.current !== null || orders.length === 0) return;
      call.current = newCall();
      setSending(true);
      setTold(orders.map(({ application }) => ({ application, outcome: { kind: 'notSent' } })));
      const hear = channel<BatchTold>((one) => {
        setTold((before) => before.map((each) => (each.application === one.application ? one : each)));
      });
      commands
        .batch(connection, environment, orders, confirmation, hear, call.current.number)
        .then(setTold, (thrown: unknown) => {
          setError(asCommandError(thrown));
        })
        .finally(() => {
          setSending(false);
        });
    },
    [connection],
  );
  const count = (kind: BatchTold['outcome']['kind']) =>
    told.filter(({ outcome }) => outcome.kind === kind).length;
  const words = {
    started: number(count('started')),
    failed: number(count('failed')),
    total: number(told.length),
  };
  return {
    told,
    sending,
    stopped,
    summary: t(sending ? 'batch.going' : count('notSent') > 0 ? 'batch.ended' : 'batch.done', {
      ...words,
      notSent: number(count('notSent')),
    }),
    error,
    send,
    stop: () => {
      if (call.current === null || stopped) return;
      setStopped(true);
      call.current.off();
    },
  };
}
