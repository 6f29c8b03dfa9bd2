import { useEffect, useRef, useState } from 'react';
import { asCommandError, commands, type CommandError, type ConnectionId } from '../ipc';
import { useGone } from './useGone';

/** Words by which Rust holds what was typed, by application and the name of the item. */
type Words = Record<string, Record<string, string>>;

export type HeldSecrets = {
  of: (application: string) => Record<string, string>;
  /** Gives what was typed to Rust; the page has a word for it then, and nothing else. */
  hold: (application: string, name: string, secret: string) => void;
  letGo: (application: string, name: string) => void;
  letAllGo: () => void;
  /** They were sent with these: Rust holds them no longer than that takes. */
  sent: (words: string[]) => void;
  /** All words, once Rust has what was typed last. */
  settled: () => Promise<HeldSecrets['of']>;
  error: CommandError | null;
};

/** Secrets that were typed on a page and wait to be sent: held in Rust, and forgotten with the page. */
export function useHeldSecrets(connection: ConnectionId): HeldSecrets {
  const [words, setWords] = useState<Words>({});
  const [error, setError] = useState<CommandError | null>(null);
  const latest = useRef<Words>({});
  const holding = useRef<Promise<void>[]>([]);
  const gone = useGone();
  const set = (next: Words) => {
    latest.current = next;
    setWords(next);
  };
  const forget = (all: string[]) => {
    if (all.length > 0) commands.configurationLetGo(connection, all).catch(() => undefined);
  };
  const without = (application: string, name: string): Words => {
    const { [name]: word, ...others } = latest.current[application] ?? {};
    if (word !== undefined) forget([word]);
    return { ...latest.current, [application]: others };
  };
  const keep = (application: string, name: string, word: string) => {
    if (gone.current) {
      forget([word]);
      return;
    }
    const others = without(application, name);
    set({ ...others, [application]: { ...others[application], [name]: word } });
  };
  useEffect(
    () => () => {
      const all = wordsIn(latest.current);
      if (all.length > 0) commands.configurationLetGo(connection, all).catch(() => undefined);
    },
    [connection],
  );
  const of = (all: Words) => (application: string) => all[application] ?? {};
  return {
    of: of(words),
    hold: (application, name, secret) => {
      setError(null);
      const held = commands.configurationHold(connection, secret).then((word) => {
        keep(application, name, word);
      });
      holding.current.push(held);
      held.catch((thrown: unknown) => {
        setError(asCommandError(thrown));
      });
    },
    letGo: (application, name) => {
      set(without(application, name));
    },
    letAllGo: () => {
      forget(wordsIn(latest.current));
      set({});
    },
    sent: (with_) => {
      forget(wordsIn(latest.current).filter((word) => !with_.includes(word)));
      set({});
    },
    settled: async () => {
      await Promise.all(holding.current.splice(0));
      return of(latest.current);
    },
    error,
  };
}

function wordsIn(words: Words): string[] {
  return Object.values(words).flatMap((each) => Object.values(each));
}
