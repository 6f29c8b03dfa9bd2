import { useState } from 'react';
import { beginRollout } from '../app/rollouts';
import {
  asCommandError,
  commands,
  type BatchOrder,
  type CommandError,
  type ConnectionId,
  type PlannedDeployment,
  type Stage,
} from '../ipc';
import { together, useShown } from './useShown';

/** What is confirmed, as it was seen; without a tag each is started again. */
export type BatchOrders = { environment: Stage; tag: string | null; orders: BatchOrder[] };

export type Batch = {
  /** `showing`: Rust is told that it is shown, then the seconds begin. */
  phase: 'reviewing' | 'showing' | 'waiting';
  /** Seconds in which it can still be taken back, or null. */
  left: number | null;
  takenBack: boolean;
  error: CommandError | null;
  start: (orders: BatchOrders) => void;
  takeBack: () => void;
};

/**
 * Deployments of several applications, sent one after the other: at once, or, where they go to production, after three
 * seconds in which Escape takes all of them back. `began` hears when they go.
 */
export function useBatch(connection: ConnectionId, began: () => void): Batch {
  const [error, setError] = useState<CommandError | null>(null);
  const send = ({ environment, tag, orders }: BatchOrders, confirmation: string | null) => {
    if (orders.length === 0) return;
    beginRollout(
      {
        connection,
        of: { kind: 'batch', environment, tag },
        applications: orders.map(({ application }) => application),
      },
      (told, call) => commands.batch(connection, environment.key, orders, confirmation, told, call),
      () => undefined,
    );
    began();
  };
  const refused = (thrown: unknown) => {
    setError(asCommandError(thrown));
  };
  const { showing, left, takenBack, start, takeBack } = useShown(connection, send, refused);
  return {
    phase: left !== null ? 'waiting' : showing ? 'showing' : 'reviewing',
    left,
    takenBack,
    error,
    start: (orders) => {
      setError(null);
      start(orders, orders.environment.production ? together(connection, plannedBy(orders)) : null);
    },
    takeBack,
  };
}

/** The deployments that orders come to. */
function plannedBy({ environment, orders }: BatchOrders): PlannedDeployment[] {
  return orders.map(({ application, image }) => ({
    application,
    request: {
      environment: environment.key,
      image,
      note: null,
      configuration: null,
      from: null,
      dryRun: null,
    },
  }));
}
