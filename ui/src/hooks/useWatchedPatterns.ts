import { useQuery, useQueryClient } from '@tanstack/react-query';
import { carefully } from '../app/carefully';
import { patternKey } from '../app/logNews';
import { commands, type LogPattern, type WatchedPattern } from '../ipc';

type Pattern = Pick<LogPattern, 'level' | 'text'>;

export type WatchedPatterns = {
  /** The oldest first. */
  all: WatchedPattern[];
  has: (pattern: Pattern) => boolean;
  /** Has it told when it appears again, or no longer. */
  toggle: (pattern: Pattern) => void;
};

const NONE: WatchedPattern[] = [];

/** Which patterns of a log somebody is told of when they appear again. */
export function useWatchedPatterns(
  connection: string,
  application: string,
  environment: string,
): WatchedPatterns {
  const queries = useQueryClient();
  const queryKey = ['watchedPatterns', connection, application, environment];
  const { data: all = NONE } = useQuery({
    queryKey,
    queryFn: () => commands.logPatternsWatched(connection, application, environment),
    staleTime: 0,
  });
  const has = (pattern: Pattern) => all.some((each) => patternKey(each) === patternKey(pattern));
  return {
    all,
    has,
    toggle: (pattern) => {
      const change = has(pattern) ? commands.logPatternForget : commands.logPatternWatch;
      void carefully(async () => {
        const next = await change(connection, application, environment, pattern.level, pattern.text);
        queries.setQueryData(queryKey, next);
      });
    },
  };
}
