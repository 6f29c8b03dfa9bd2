import type { Commands } from '../ipc';
import type { LogPattern, WatchedPattern } from '../types';

type Patterns = Pick<Commands, 'logNewSince' | 'logPatternsWatched' | 'logPatternWatch' | 'logPatternForget'>;

/** What is new in every log: how bad, what, how often, and the number of its first line among the last ones. */
const NEW: [level: string, text: string, count: number, back: number][] = [
  ['info', 'retry <*> of <*> in <*> ms', 31_204, 340],
  ['error', 'connect ECONNREFUSED <*>', 412, 290],
  ['warn', 'circuit "<*>" opened after <*> failures', 3, 100],
];

/** Logs in which the same is new, whenever that is asked for; and what somebody is told of. */
export function fakePatterns(total: number): Patterns {
  const watched = new Map<string, WatchedPattern[]>();
  const ago = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString();
  return {
    logNewSince: (_, __, ___, ____, levels) => {
      const found = NEW.filter(([level]) => levels.length === 0 || levels.includes(level));
      const patterns = found.map(([level, text, count, back]): LogPattern => ({
        level,
        text,
        count,
        first: ago(back / 10),
        last: ago(0),
        position: Math.max(0, total - back),
      }));
      return Promise.resolve({
        generation: 0,
        patterns,
        total: patterns.length,
        lines: 40_211,
        others: 0,
        before: total,
        oldest: ago(60 * 24),
        gaps: 1,
      });
    },
    logPatternsWatched: (_, key, environment) => Promise.resolve(watched.get(`${key} ${environment}`) ?? []),
    logPatternWatch: (_, key, environment, level, text) => {
      const before = watched.get(`${key} ${environment}`) ?? [];
      const all = [...before, { level, text, since: ago(0) }];
      watched.set(`${key} ${environment}`, all);
      return Promise.resolve(all);
    },
    logPatternForget: (_, key, environment, level, text) => {
      const before = watched.get(`${key} ${environment}`) ?? [];
      const all = before.filter((each) => each.level !== level || each.text !== text);
      watched.set(`${key} ${environment}`, all);
      return Promise.resolve(all);
    },
  };
}
