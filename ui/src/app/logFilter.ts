import type { CopiedSearch, LogQuery } from '../ipc';

/** What a log is narrowed by, as people choose it. */
export type LogFilter = {
  text: string;
  regex: boolean;
  levels: keyof typeof LEVELS;
  /** Times as ISO 8601 has them, so that they mean the same wherever the address is opened. */
  from: string | null;
  to: string | null;
  /** What the fields of a line are; the instance is one. */
  fields: [name: string, value: string][];
};

/**
 * How a log is looked at: what was found alone, or all lines with that marked; where it begins; or what is new in it
 * since a time, or since the last deployment.
 */
export type LogLook = { all: boolean; at: string | null; since: string | null };

/** In the place of the time of the last deployment, whichever that is. */
export const LAST = 'last';

export const LEVELS = { all: [], warnings: ['warn', 'error'], errors: ['error'] };

export const UNFILTERED: LogFilter = {
  text: '',
  regex: false,
  levels: 'all',
  from: null,
  to: null,
  fields: [],
};

/** What is searched for; null where nothing is, and all lines are shown. */
export function queryOf({ text, regex, levels, from, to, fields }: LogFilter): LogQuery | null {
  const narrows = text !== '' || levels !== 'all' || from !== null || to !== null || fields.length > 0;
  if (!narrows) return null;
  return {
    text,
    regex,
    levels: LEVELS[levels],
    from,
    to,
    fields: fields.map(([name, value]) => ({ name, value })),
  };
}

/** What of it a command in a shell is narrowed by. */
export function copiedOf({ text, regex, levels, from }: LogFilter): CopiedSearch {
  return { text, regex, levels: LEVELS[levels], from };
}

/** As it stands in an address, after its `?`; nothing for the whole log. */
export function logWords(filter: Partial<LogFilter>, look: Partial<LogLook> = {}): string {
  const words = new URLSearchParams();
  if (filter.text) words.set('q', filter.text);
  if (filter.regex) words.set('regex', '1');
  if (filter.levels && filter.levels !== 'all') words.set('level', filter.levels);
  if (filter.from) words.set('from', filter.from);
  if (filter.to) words.set('to', filter.to);
  // Names and values may have any sign in them: they are words of an address within the address.
  if (filter.fields && filter.fields.length > 0)
    words.set('field', new URLSearchParams(filter.fields).toString());
  if (look.all) words.set('look', 'all');
  if (look.at) words.set('at', look.at);
  if (look.since) words.set('new', look.since);
  const text = words.toString();
  return text === '' ? '' : `?${text}`;
}

/** Reads it back; what is not understood counts as not said. */
export function logFrom(address: string): LogFilter & LogLook {
  const words = new URLSearchParams(address.split('?')[1] ?? '');
  const level = words.get('level');
  return {
    text: words.get('q') ?? '',
    regex: words.get('regex') === '1',
    levels: level === 'warnings' || level === 'errors' ? level : 'all',
    from: timeIn(words.get('from')),
    to: timeIn(words.get('to')),
    fields: [...new URLSearchParams(words.get('field') ?? '')],
    all: words.get('look') === 'all',
    at: timeIn(words.get('at')),
    since: words.get('new') === LAST ? LAST : timeIn(words.get('new')),
  };
}

/** The filter with another field in it, each name once. */
export function withField(filter: LogFilter, name: string, value: string): LogFilter {
  return { ...filter, fields: [...filter.fields.filter(([each]) => each !== name), [name, value]] };
}

function timeIn(word: string | null): string | null {
  return word !== null && !Number.isNaN(Date.parse(word)) ? word : null;
}
