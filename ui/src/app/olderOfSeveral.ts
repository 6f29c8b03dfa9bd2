import type { OlderMatches as Page } from '../ipc';
import type { OlderMatch, OlderWay } from './olderMatches';

/** How the instance is asked for what is older in one of several logs. */
export type OlderOfOne = {
  /** When the oldest line that is kept was written; null where none is. */
  kept: () => Promise<string | null>;
  ask: (until: string, cursor: string | null) => Promise<Page>;
};

type Part = {
  way: OlderOfOne;
  since: string;
  cursor: string | null;
  /** There is nothing older. */
  done: boolean;
  /** When the oldest line that it gave was written, in milliseconds; as yet none is Infinity. */
  oldest: number;
  /** What others may still come after. */
  held: OlderMatch[];
};

/**
 * What is older in several logs as in one, by time. A log's lines are given once no other log can have newer ones; the
 * next question goes to those that hold the others up.
 */
export function olderOfSeveral(ways: OlderOfOne[]): OlderWay {
  let parts: Part[] = [];
  const open = () => parts.filter(({ done }) => !done);
  /** What is older than that may not be all; nothing where all is here. */
  const border = () => Math.max(-Infinity, ...open().map(({ oldest }) => oldest));
  const next = () => open().filter(({ oldest }) => oldest >= border());
  return {
    kept: async () => {
      const begun = await Promise.all(ways.map(({ kept }) => kept()));
      parts = begun.flatMap((since, log) => {
        const way = ways[log];
        // Of a log of which nothing is kept all is on its way already.
        if (since === null || !way) return [];
        return [{ way, since, cursor: null, done: false, oldest: Infinity, held: [] }];
      });
      // From the last of them on, all are kept.
      const last = parts.reduce((latest, { since }) => Math.max(latest, Date.parse(since)), -Infinity);
      return parts.find(({ since }) => Date.parse(since) === last)?.since ?? null;
    },
    requests: () => next().length,
    ask: async () => {
      const asked = next();
      const pages = await Promise.all(asked.map((part) => part.way.ask(part.since, part.cursor)));
      asked.forEach((part, at) => {
        const page = pages[at];
        if (page) take(part, page, ways.indexOf(part.way));
      });
      const until = border();
      const given = parts.flatMap(({ held }) => held.filter(({ line }) => timeOf(line) >= until));
      for (const part of parts) part.held = part.held.filter(({ line }) => timeOf(line) < until);
      given.sort((a, b) => timeOf(a.line) - timeOf(b.line));
      const oldest = Number.isFinite(until) ? new Date(until).toISOString() : null;
      return {
        found: given,
        looked: pages.reduce((sum, { looked }) => sum + looked, 0),
        oldest,
        next: open().length > 0 ? 'more' : null,
      };
    },
  };
}

function take(part: Part, page: Page, log: number): void {
  part.held = [...page.found.map((match) => ({ ...match, log })), ...part.held];
  part.cursor = page.next;
  part.done = page.next === null;
  if (page.oldest !== null) part.oldest = Date.parse(page.oldest);
}

function timeOf({ timestamp }: { timestamp: string }): number {
  return Date.parse(timestamp);
}
