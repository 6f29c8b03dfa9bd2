import { useSyncExternalStore } from 'react';

export type Store<T> = {
  get: () => T;
  set: (change: (before: T) => T) => void;
  subscribe: (heard: () => void) => () => void;
};

/** A value outside of React that components may follow. */
export function createStore<T>(initial: T): Store<T> {
  let value = initial;
  const listeners = new Set<() => void>();
  return {
    get: () => value,
    set: (change) => {
      const next = change(value);
      if (Object.is(next, value)) return;
      value = next;
      for (const heard of [...listeners]) heard();
    },
    subscribe: (heard) => {
      listeners.add(heard);
      return () => listeners.delete(heard);
    },
  };
}

/** Follows the selected part of a store; the selection must keep its identity while nothing changed. */
export function useStore<T, S>(store: Store<T>, select: (value: T) => S): S {
  return useSyncExternalStore(store.subscribe, () => select(store.get()));
}
