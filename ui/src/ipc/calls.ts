import { commands } from './ipc';

/** A call that can be called off: its number goes with it, and what it does ends wherever it is. */
export type Call = { number: number; off: () => void };

/** For one call; another one gets another. */
export function newCall(): Call {
  const [number = 0] = crypto.getRandomValues(new Uint32Array(1));
  return {
    number,
    off: () => {
      // A call that has ended meanwhile, or an app that is about to end, has nothing left to call off.
      commands.callOff(number).catch(() => undefined);
    },
  };
}
