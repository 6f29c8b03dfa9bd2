import type { Commands } from '../ipc';
import type {
  Lease,
  LogGapView,
  LogHeat,
  LogLine,
  LogMatch,
  LogProgress,
  LogQuery,
  LogWindow,
  MatchStep,
  NumberedMatch,
  Recording,
  TypedTime,
} from '../types';
import { failure, later } from './parts';

const MESSAGES: [level: string, message: string][] = [
  ['info', 'listening on :8080, 1.4.0'],
  ['info', 'GET /health 200 in 3 ms'],
  ['warn', 'pool: no idle connection after 2000 ms (max 10)'],
  ['error', 'connect ECONNREFUSED 10.0.3.7:5432'],
  ['error', 'GET /api/orders/88213 500 in 2007 ms'],
  ['info', 'retry 1 of 5 in 400 ms'],
  ['warn', 'circuit "db" opened after 5 failures'],
  ['error', 'health: check db refused'],
  ['info', 'GET /api/orders?page=2 503 in 1 ms'],
  ['info', 'GET /api/customers/5120 200 in 9 ms'],
  [
    'debug',
    '\u001b[2mcache\u001b[0m \u001b[1;32mhit\u001b[0m orders:88213 \u001b[41mslow\u001b[0m \u001b[2J',
  ],
];

/** The line at a position: the same position, the same line. */
export function lineAt(position: number, total: number, application: string): LogLine {
  const [level, message] = MESSAGES[Math.abs(position * 7) % MESSAGES.length] ?? ['info', ''];
  return {
    id: `line-${String(position)}`,
    timestamp: new Date(Date.now() - (total - position) * 420).toISOString(),
    level,
    message,
    source: null,
    environment: null,
    instance: `${application}-${String((position % 2) + 1)}`,
    fields: {
      position,
      requestId: `req-${(position * 2654435761).toString(16).slice(-8)}`,
      path: '/api/orders',
      took: position % 90,
    },
  };
}

export function windowOf(
  total: number,
  first: number,
  from: number,
  count: number,
  application: string,
): LogWindow {
  const start = Math.max(from, first);
  const end = Math.min(start + count, total);
  const lines = Array.from({ length: Math.max(0, end - start) }, (_, at) =>
    lineAt(start + at, total, application),
  );
  return { generation: 0, first, total, from: start, lines, gaps: [] };
}

type Logs = Pick<
  Commands,
  | 'logFollow'
  | 'logRefresh'
  | 'logRecordings'
  | 'logKept'
  | 'logOlder'
  | 'linkCopy'
  | 'factsCopy'
  | 'logWindow'
  | 'logHeat'
  | 'logBackfill'
  | 'logMoved'
  | 'logSearch'
  | 'logSearchOn'
  | 'logMatches'
  | 'logSearchEnd'
  | 'timeRead'
  | 'logPositionAt'
  | 'logMatch'
  | 'logMarks'
  | 'logSearchHeat'
>;

type LogOptions = {
  /** How many lines there are at first. */
  lines: number;
  /** How the tail of every log is doing. */
  tail: FakeTail | undefined;
  /** Lines that are missing before some. */
  gaps: LogGapView[];
  newLease: () => Lease;
  follows: Map<string, ReturnType<typeof setInterval>>;
};

export type FakeTail = Pick<LogProgress, 'state' | 'failure'> & Partial<Pick<LogProgress, 'gap'>>;

type Fits = (line: LogLine) => [number, number][] | null;

/** Whether a line fits, and where; null for an expression that is none. */
export function fitsOf({ text, regex, levels, from, to, fields }: LogQuery): Fits | null {
  const literal = text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const caseless = text === text.toLowerCase() ? 'gi' : 'g';
  let expression: RegExp;
  try {
    expression = new RegExp(regex ? text : literal, regex ? 'g' : caseless);
  } catch {
    return null;
  }
  return (line) => {
    if (levels.length > 0 && !levels.includes(line.level)) return null;
    if (from !== null && line.timestamp < from) return null;
    if (to !== null && line.timestamp >= to) return null;
    const has = (name: string) => (name === 'instance' ? line.instance : line.fields[name]);
    if (!fields.every(({ name, value }) => String(has(name)) === value)) return null;
    if (text === '') return [];
    const hits = [...line.message.matchAll(expression)].map((hit): [number, number] => [
      hit.index,
      hit.index + hit[0].length,
    ]);
    return hits.length === 0 ? null : hits;
  };
}

/** Lines put into a gap. */
const FILLED = 40;
/** As many of the last matches come with the answer. */
const NEWEST = 120;

/** What the instance has besides what is kept: so many lines a page, and how long it takes to find them. */
const OLDER = 60;
const OLDER_PAGES = 2;
const OLDER_TAKES = 5;

/** Of a starred application: recorded, held up, and one too many. */
const RECORDINGS: Recording[] = [
  {
    application: 'orders-api',
    environment: 'dev',
    state: { kind: 'recorded', since: new Date(Date.now() - 7_200_000).toISOString() },
  },
  {
    application: 'orders-api',
    environment: 'test',
    state: {
      kind: 'held',
      since: new Date(Date.now() - 7_200_000).toISOString(),
      failure: failure('budget_wait'),
    },
  },
  { application: 'orders-api', environment: 'prod', state: { kind: 'beginning' } },
  { application: 'pricing', environment: 'dev', state: { kind: 'tooMany' } },
];

type At = Pick<LogMatch, 'position' | 'hits'>;

/** A match from a position on. */
export function matchOf(all: At[], position: number, step: MatchStep): NumberedMatch | null {
  const found = all.map((each) => each.position ?? 0);
  if (found.length === 0) return null;
  const after = found.findIndex((each) => (step === 'next' ? each > position : each >= position));
  const here = after < 0 ? found.length : after;
  const at = step === 'previous' ? here - 1 : here;
  const wrapped = step === 'here' ? Math.min(at, found.length - 1) : (at + found.length) % found.length;
  return { number: wrapped, position: found[wrapped] ?? 0 };
}

/** The matches among so many lines. */
export function marksOf(all: At[], from: number, count: number): At[] {
  return all
    .filter(({ position }) => (position ?? 0) >= from && (position ?? 0) < from + count)
    .map(({ position, hits }) => ({ position, hits }));
}

/** Logs that grow by a few lines a second; that of one application is empty. */
export function fakeLogs({ lines, tail, gaps: missing, newLease, follows }: LogOptions): Logs {
  let total = lines;
  let gaps = missing;
  let generation = 0;
  let filledAt = 0;
  const searches: { found: LogMatch[]; run: () => void }[] = [];
  return {
    logFollow: (_, key, __, heard) => {
      const taken = newLease();
      const tell = () => {
        heard.onmessage({
          total: key === 'contract-reader' ? 0 : total,
          newest: null,
          gap: null,
          ...(tail ?? { state: 'live', failure: null }),
        });
      };
      follows.set(
        taken.id,
        setInterval(() => {
          total += 3;
          tell();
        }, 1000),
      );
      void later(0).then(tell);
      return Promise.resolve(taken);
    },
    logRefresh: () => Promise.resolve(null),
    logSearch: (_, key, __, query, heard) => {
      const fits = fitsOf(query);
      if (fits === null)
        return Promise.reject(
          failure('bad_expression', { params: { reason: 'it does not end' } }) as unknown as Error,
        );
      const find = () => {
        const found: LogMatch[] = [];
        for (let position = 0; position < total; position += 1) {
          const line = lineAt(position, total, key);
          const hits = fits(line);
          if (hits) found.push({ position, line, hits });
        }
        return found;
      };
      const number = searches.length;
      const run = () => {
        const found = find();
        searches[number] = { found, run };
        heard.onmessage({
          lines: total,
          of: total,
          matches: found.length,
          milliseconds: 12,
          done: true,
          failure: null,
        });
      };
      searches.push({ found: [], run });
      void later(0).then(run);
      return Promise.resolve({ search: number, newest: find().slice(-NEWEST) });
    },
    logSearchOn: (number) => {
      void later(0).then(() => searches[number]?.run());
      return Promise.resolve(null);
    },
    logMatches: (number, from, count) => {
      const found = searches[number]?.found ?? [];
      return Promise.resolve({ total: found.length, from, found: found.slice(from, from + count) });
    },
    logSearchEnd: () => Promise.resolve(),
    logHeat: (_, key, __, count) => Promise.resolve(heatOf(key === 'contract-reader' ? 0 : total, count)),
    logSearchHeat: (number, count) => Promise.resolve(heatWith(searches[number]?.found ?? [], total, count)),
    timeRead: (text) => Promise.resolve(timeIn(text)),
    logPositionAt: (_, key, __, time) => {
      let position = 0;
      while (position < total && lineAt(position, total, key).timestamp < time) position += 1;
      return Promise.resolve({ position });
    },
    logMatch: (number, position, step) =>
      Promise.resolve(matchOf(searches[number]?.found ?? [], position, step)),
    logMarks: (number, from, count) => Promise.resolve(marksOf(searches[number]?.found ?? [], from, count)),
    logKept: () => Promise.resolve({ since: lineAt(0, total, '').timestamp }),
    logOlder: async (_, key, __, query, ___, cursor) => {
      await later(OLDER_TAKES);
      const page = Number(cursor ?? 0);
      const fits = fitsOf(query);
      // Lines before the first one that is kept.
      const lines = Array.from({ length: OLDER }, (____, at) => lineAt(at - (page + 1) * OLDER, total, key));
      return {
        found: lines.flatMap((line) => {
          const hits = fits?.(line) ?? null;
          return hits ? [{ line: { ...line, id: `older-${String(page)}-${line.id}` }, hits }] : [];
        }),
        looked: lines.length,
        oldest: lines[0]?.timestamp ?? null,
        next: page + 1 < OLDER_PAGES ? String(page + 1) : null,
      };
    },
    logRecordings: () => Promise.resolve(RECORDINGS),
    linkCopy: () => Promise.resolve(null),
    factsCopy: () => Promise.resolve(null),
    logWindow: (_, key, __, from, count) => {
      const window = windowOf(key === 'contract-reader' ? 0 : total, 0, from, count, key);
      const end = (window.from ?? 0) + window.lines.length;
      const within = gaps.filter(({ at }) => at !== null && at >= (window.from ?? 0) && at <= end);
      return Promise.resolve({ ...window, generation, gaps: within });
    },
    logBackfill: async (_, __, ___, id, progress) => {
      const gap = gaps.find((each) => each.id === id);
      const half = { lines: FILLED / 2, requests: 1, missing: 'older', failure: null } as const;
      progress.onmessage(half);
      await later(0);
      if (gap) {
        filledAt = gap.at ?? 0;
        gaps = gaps.filter((each) => each !== gap);
        total += FILLED;
        generation += 1;
      }
      return { ...half, lines: FILLED, requests: 2, missing: 'nothing' };
    },
    logMoved: (_, __, ___, before, positions) =>
      Promise.resolve({
        generation,
        places: positions.map((place) => place + (before < generation && place >= filledAt ? FILLED : 0)),
      }),
  };
}

/** The parts of a log, with how many matches are in each. */
export function heatWith(all: At[], total: number, count: number): LogHeat[] {
  return heatOf(total, count).map((part) => ({
    ...part,
    matches: all.filter(
      ({ position }) => (position ?? 0) >= (part.from ?? 0) && (position ?? 0) < (part.to ?? 0),
    ).length,
  }));
}

/** Bad in the last tenth, else a warning now and then. */
export function heatOf(total: number, count: number): LogHeat[] {
  const parts = Math.min(count, total);
  return Array.from({ length: parts }, (_, at) => {
    const [from, to] = [Math.floor((total * at) / parts), Math.floor((total * (at + 1)) / parts)];
    const bad = at > parts * 0.9;
    return { from, to, matches: 0, warnings: at % 17 === 0 ? 1 : 0, errors: bad ? (to - from) >> 1 : 0 };
  });
}

/** Minutes ago, or a span between two such times. */
function timeIn(text: string): TypedTime | null {
  const minutes = [...text.matchAll(/-(\d+)m/g)].map((each) => Number(each[1]));
  const [from, to] = minutes.map((each) => new Date(Date.now() - each * 60_000).toISOString());
  if (from === undefined) return null;
  return text.includes('..') ? { kind: 'span', from, to: to ?? null } : { kind: 'at', time: from };
}
