import type { Commands } from '../ipc';
import type { LogName, LogQuery, MergedMatch } from '../types';
import { fitsOf, heatOf, heatWith, lineAt, marksOf, matchOf } from './logs';
import { failure, later } from './parts';

type Merged = Pick<
  Commands,
  | 'mergedOpen'
  | 'mergedRefresh'
  | 'mergedWindow'
  | 'mergedHeat'
  | 'mergedClose'
  | 'mergedSearch'
  | 'mergedSearchOn'
  | 'mergedMatches'
  | 'mergedSearchEnd'
  | 'mergedMatch'
  | 'mergedMarks'
  | 'mergedSearchHeat'
  | 'mergedExport'
  | 'logFileOpen'
  | 'logFileTake'
  | 'logFileShow'
  | 'logFileClose'
>;

type Set = { logs: LogName[]; texts: string[] | null };

/** Several logs as one: each line in turn is of the next log. An opened file has the lines it has. */
export function fakeMerged(linesOfEach: number): Merged {
  const sets: Set[] = [];
  const files: { name: string; text: string }[] = [];
  const searches: MergedMatch[][] = [];
  /** The set in which each search looks. */
  const searched: number[] = [];
  const totalOf = ({ logs, texts }: Set) => texts?.length ?? linesOfEach * logs.length;
  const setOf = (set: number): Set => sets[set] ?? { logs: [], texts: null };
  const lineOf = ({ logs, texts }: Set, position: number, total: number) => {
    const log = position % Math.max(1, logs.length);
    const line = lineAt(position, total, logs[log]?.application ?? '');
    return { log, line: texts ? { ...line, message: texts[position] ?? '', fields: {} } : line };
  };
  const found = (number: number, { text, regex, levels, ...rest }: LogQuery): MergedMatch[] => {
    const set = setOf(number);
    const fits = fitsOf({ text, regex, levels, ...rest });
    const total = totalOf(set);
    return Array.from({ length: total }, (_, position) => ({
      position,
      ...lineOf(set, position, total),
    })).flatMap((each) => {
      const hits = fits?.(each.line) ?? null;
      return hits ? [{ ...each, hits }] : [];
    });
  };
  return {
    mergedOpen: (_, logs) => {
      sets.push({ logs, texts: null });
      return Promise.resolve(sets.length - 1);
    },
    mergedRefresh: (set) => Promise.resolve({ generation: 0, total: totalOf(setOf(set)) }),
    mergedWindow: (number, from, count) => {
      const set = setOf(number);
      const total = totalOf(set);
      const length = Math.max(0, Math.min(count, total - from));
      const some = Array.from({ length }, (_, at) => lineOf(set, from + at, total));
      const lines = some.map(({ line }) => line);
      return Promise.resolve({ generation: 0, total, from, lines, logs: some.map(({ log }) => log) });
    },
    mergedHeat: (set, count) => Promise.resolve(heatOf(totalOf(setOf(set)), count)),
    mergedClose: () => Promise.resolve(null),
    mergedSearch: (set, query, heard) => {
      if (fitsOf(query) === null)
        return Promise.reject(
          failure('bad_expression', { params: { reason: 'it does not end' } }) as unknown as Error,
        );
      const number = searches.push(found(set, query)) - 1;
      searched[number] = set;
      const total = totalOf(setOf(set));
      void later(0).then(() => {
        heard.onmessage({
          lines: total,
          of: total,
          matches: searches[number]?.length ?? 0,
          milliseconds: 12,
          done: true,
          failure: null,
        });
      });
      return Promise.resolve(number);
    },
    mergedSearchOn: () => Promise.resolve(null),
    mergedMatches: (number, from, count) => {
      const all = searches[number] ?? [];
      return Promise.resolve({ generation: 0, total: all.length, found: all.slice(from, from + count) });
    },
    mergedSearchEnd: () => Promise.resolve(),
    mergedMatch: (number, position, step) => Promise.resolve(matchOf(searches[number] ?? [], position, step)),
    mergedMarks: (number, from, count) => Promise.resolve(marksOf(searches[number] ?? [], from, count)),
    mergedSearchHeat: (number, count) =>
      Promise.resolve(heatWith(searches[number] ?? [], totalOf(setOf(searched[number] ?? 0)), count)),
    mergedExport: async (_, set, part, __, heard) => {
      const all = part.query ? found(set, part.query).length : totalOf(setOf(set));
      const of = part.from === null || part.to === null ? all : part.to - part.from;
      heard.onmessage({ lines: of >> 1, of, bytes: 50 * of });
      await later(20);
      return { lines: of, of, bytes: 100 * of };
    },
    logFileOpen: (_, name) => Promise.resolve(files.push({ name, text: '' }) - 1),
    logFileTake: (file, text) => {
      const reading = files[file];
      if (reading) reading.text += text;
      return Promise.resolve(null);
    },
    logFileShow: (number) => {
      const { name, text } = files[number] ?? { name: '', text: '' };
      const texts = text.split('\n').filter((line, at, all) => at < all.length - 1 || line !== '');
      const logs = [{ application: name, environment: '' }];
      const set = sets.push({ logs, texts }) - 1;
      return Promise.resolve({ set, logs, untimed: texts.length });
    },
    logFileClose: () => Promise.resolve(null),
  };
}
