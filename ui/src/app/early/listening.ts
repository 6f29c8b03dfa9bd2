import { eventNames, listen, type EventName, type EventPayload } from '../../ipc';

/** What each announcement does. */
export type Heard = { [N in EventName]: (payload: EventPayload<N>) => void };

export type Listening = {
  /** Tells all that was announced since, in its order, and what will be. */
  tell: (heard: Heard) => void;
};

/**
 * Listens to what Rust announces, for as long as the page lives. It misses nothing once the promise is kept; what is
 * announced before somebody is told waits until then, so that the state of the start does not undo it.
 */
export async function listenToAll(): Promise<Listening> {
  let told: Heard | null = null;
  let waiting: ((heard: Heard) => void)[] = [];
  const follow = <N extends EventName>(name: N) =>
    listen(name, (payload) => {
      if (told) told[name](payload);
      else
        waiting.push((heard) => {
          heard[name](payload);
        });
    });
  await Promise.all(eventNames.map((name) => follow(name)));
  return {
    tell: (heard) => {
      const missed = waiting;
      waiting = [];
      told = heard;
      for (const act of missed) act(heard);
    },
  };
}
