import { beforeEach, describe, expect, it, vi } from 'vitest';
import { createFake } from '../ipc/fake/fake';
import { replaceIpc, type LogLine, type LogQuery, type OlderMatches } from '../ipc';
import { LogSearch, type SearchWay } from './logSearch';

const QUERY: LogQuery = { text: 'x', regex: false, levels: [], from: null, to: null, fields: [] };

function line(id: string): LogLine {
  const nothing = { source: null, environment: null, instance: null, fields: {} };
  return { id, timestamp: '2026-11-25T10:00:00Z', level: 'info', message: 'x', ...nothing };
}

/** A search in a log whose matches are those, and of which the instance has older ones. */
function way(kept: string[], older: OlderMatches[] = []) {
  const told: SearchWay = {
    begin: (_, heard) => {
      heard.onmessage({
        lines: 9,
        of: 9,
        matches: kept.length,
        milliseconds: 1,
        done: true,
        failure: null,
      });
      return Promise.resolve(1);
    },
    goOn: () => Promise.resolve(),
    matches: vi.fn((_, from: number, count: number) =>
      Promise.resolve({
        first: 0,
        total: kept.length,
        from,
        lines: kept.slice(from, from + count).map(line),
        marks: kept.slice(from, from + count).map((__, at) => ({ position: from + at, hits: [] })),
      }),
    ),
    end: () => Promise.resolve(),
    step: () => Promise.resolve(null),
    marks: vi.fn(() => Promise.resolve([])),
    heat: () => Promise.resolve([]),
    older: {
      kept: () => Promise.resolve('2026-11-25T10:00:00Z'),
      ask: vi.fn(() => Promise.resolve(older.shift() ?? page([], null))),
    },
  };
  return told;
}

function page(ids: string[], next: string | null): OlderMatches {
  const found = ids.map((id) => ({ line: line(id), hits: [] }));
  return { found, looked: ids.length, oldest: null, next };
}

beforeEach(() => {
  replaceIpc(createFake());
});

describe('a search', () => {
  it('asks anew which lines match, and for the matches, where lines were put between others', async () => {
    const told = way(['a', 'b']);
    const search = new LogSearch(told, QUERY);
    search.begin();
    search.renew(3);
    search.marks.want(0, 100);
    search.lines.want(0, 2);
    await vi.waitFor(() => {
      expect(search.lines.at(1)?.id).toBe('b');
    });
    expect(told.marks).toHaveBeenCalledTimes(1);
    expect(told.matches).toHaveBeenCalledTimes(1);
    search.renew(3);
    expect(told.marks).toHaveBeenCalledTimes(1);
    search.renew(4);
    await vi.waitFor(() => {
      expect(told.marks).toHaveBeenCalledTimes(2);
      expect(told.matches).toHaveBeenCalledTimes(2);
    });
  });

  it('has what the instance found before what is kept, and says where what is held on to is then', async () => {
    const told = way(['a', 'b'], [page(['y', 'z'], 'c'), page(['w'], null)]);
    const search = new LogSearch(told, QUERY);
    search.begin();
    const moved = vi.fn();
    search.lines.hold({ positions: () => [1], moved });
    search.lines.want(0, 9);
    await vi.waitFor(() => {
      expect(search.lines.at(1)?.id).toBe('b');
      expect(search.older?.since).not.toBeNull();
    });
    const ids = () => Array.from({ length: search.lines.total }, (_, at) => search.lines.at(at)?.id);
    search.older?.load();
    await vi.waitFor(() => {
      expect(ids()).toEqual(['y', 'z', 'a', 'b']);
    });
    expect(moved).toHaveBeenLastCalledWith([3]);
    expect(search.lines.markAt(1)?.position).toBeNull();
    expect(search.lines.markAt(2)?.position).toBe(0);
    search.older?.load();
    await vi.waitFor(() => {
      expect(ids()).toEqual(['w', 'y', 'z', 'a', 'b']);
    });
    expect(search.unkept).toBe(3);
    expect(search.older?.done).toBe(true);
    expect(told.older?.ask).toHaveBeenLastCalledWith(QUERY, '2026-11-25T10:00:00Z', 'c');
    // There is nothing to ask for any more.
    search.older?.load();
    expect(told.older?.ask).toHaveBeenCalledTimes(2);
  });
});
