import { beforeEach, describe, expect, it, vi } from 'vitest';
import { createFake } from '../ipc/fake/fake';
import { replaceIpc, type LogLine, type LogQuery, type OlderMatches } from '../ipc';
import { LogSearch, type SearchWay } from './logSearch';

const QUERY: LogQuery = { text: 'x', regex: false, levels: [], from: null, to: null, fields: [] };

type Heard = Parameters<SearchWay['begin']>[1];

function line(id: string): LogLine {
  const nothing = { source: null, environment: null, instance: null, fields: {} };
  return { id, timestamp: '2026-11-25T10:00:00Z', level: 'info', message: 'x', ...nothing };
}

/** A search in a log whose matches are those, and of which the instance has older ones. */
function way(kept: string[], older: OlderMatches[] = []) {
  const asked = vi.fn();
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
      return Promise.resolve({ number: 1 });
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
    older: (query) => ({
      kept: () => Promise.resolve('2026-11-25T10:00:00Z'),
      ask: (...of) => {
        asked(query, ...of);
        return Promise.resolve(older.shift() ?? page([], null));
      },
    }),
  };
  return { ...told, asked };
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
    await vi.waitFor(() => {
      expect(search.lines.total).toBe(2);
    });
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
    await vi.waitFor(() => {
      expect(search.lines.total).toBe(2);
    });
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
    expect(told.asked).toHaveBeenLastCalledWith(QUERY, '2026-11-25T10:00:00Z', 'c');
    // There is nothing to ask for any more.
    search.older?.load();
    expect(told.asked).toHaveBeenCalledTimes(2);
  });

  it('shows the last matches at once, and gives them their numbers when all are found', async () => {
    const told = way(['a', 'b', 'c', 'd']);
    const newest = ['c', 'd'].map((id, at) => ({ position: 12 + at, line: line(id), hits: [] }));
    let heard: Heard | null = null;
    told.begin = (_, channel) => {
      heard = channel;
      return Promise.resolve({ number: 1, newest });
    };
    told.step = vi.fn(() => Promise.resolve({ number: 2, position: 12 }));
    const search = new LogSearch(told, QUERY);
    search.begin();
    const moved = vi.fn();
    search.lines.hold({ positions: () => [1], moved });
    const ids = () => Array.from({ length: search.lines.total }, (_, at) => search.lines.at(at)?.id);
    await vi.waitFor(() => {
      expect(ids()).toEqual(['c', 'd']);
    });
    expect(search.isWhole).toBe(false);
    const place = search.placeAt(12);
    const progress = { lines: 5, of: 9, matches: 1, milliseconds: 1, done: false, failure: null };
    (heard as unknown as Heard).onmessage(progress);
    expect(ids(), 'what is still being counted changes nothing').toEqual(['c', 'd']);
    expect(search.older?.since, 'nothing older is offered above what is not all').toBeNull();
    (heard as unknown as Heard).onmessage({ ...progress, lines: 9, matches: 4, done: true });
    await vi.waitFor(() => {
      expect(search.isWhole).toBe(true);
    });
    expect(ids()).toEqual([undefined, undefined, 'c', 'd']);
    expect(search.lines.markAt(3)?.position).toBe(13);
    expect(moved).toHaveBeenLastCalledWith([3]);
    expect(await place).toBe(2);
    expect(told.matches, 'none of them is read twice').not.toHaveBeenCalled();
    search.lines.want(0, 4);
    await vi.waitFor(() => {
      expect(ids()).toEqual(['a', 'b', 'c', 'd']);
    });
  });

  it('has no rows for matches that are not there any more, and reads those that are', async () => {
    const kept = ['a', 'b', 'c', 'd'];
    const told = way(kept);
    let heard: Heard | null = null;
    told.begin = (_, channel) => {
      heard = channel;
      return Promise.resolve({ number: 1 });
    };
    const count = (matches: number) => {
      const progress = { lines: 9, of: 9, matches, milliseconds: 1, done: true, failure: null };
      (heard as unknown as Heard).onmessage(progress);
    };
    const search = new LogSearch(told, QUERY);
    search.begin();
    const ids = () => Array.from({ length: search.lines.total }, (_, at) => search.lines.at(at)?.id);
    // The instant at which they are read has fewer than were counted: the search begins anew over other positions.
    kept.splice(2);
    count(4);
    search.lines.want(0, 9);
    await vi.waitFor(() => {
      expect(ids()).toEqual(['a', 'b']);
    });
    kept.push('c', 'd');
    count(4);
    await vi.waitFor(() => {
      expect(ids()).toEqual(['a', 'b', 'c', 'd']);
    });
    kept.splice(0, 4, 'e', 'f');
    count(2);
    expect(ids(), 'nothing is blank until the others have come').toEqual(['a', 'b']);
    await vi.waitFor(() => {
      expect(ids()).toEqual(['e', 'f']);
    });
  });

  it('reads again what could not be had, once the search has gone on', async () => {
    const told = way(['a', 'b']);
    let heard: Heard | null = null;
    told.begin = (_, channel) => {
      heard = channel;
      return Promise.resolve({ number: 1 });
    };
    const search = new LogSearch(told, QUERY);
    search.begin();
    const progress = { lines: 9, of: 9, matches: 2, milliseconds: 1, done: true, failure: null };
    vi.mocked(told.matches).mockResolvedValueOnce({ first: 0, total: 2, from: 0, lines: [], marks: [] });
    await vi.waitFor(() => {
      expect(heard).not.toBeNull();
    });
    (heard as unknown as Heard).onmessage(progress);
    search.lines.want(0, 2);
    await vi.waitFor(() => {
      expect(search.lines.at(0)).toBeNull();
    });
    (heard as unknown as Heard).onmessage(progress);
    await vi.waitFor(() => {
      expect(search.lines.at(1)?.id).toBe('b');
    });
  });

  it('reads the matches anew where other lines stand there meanwhile', async () => {
    const told = way(['a', 'b']);
    let heard: Heard | null = null;
    told.begin = (_, channel) => {
      heard = channel;
      return Promise.resolve({ number: 1, newest: [{ position: 12, line: line('gone'), hits: [] }] });
    };
    const search = new LogSearch(told, QUERY);
    search.begin();
    await vi.waitFor(() => {
      expect(search.lines.at(0)?.id).toBe('gone');
    });
    (heard as unknown as Heard).onmessage({
      lines: 9,
      of: 9,
      matches: 2,
      milliseconds: 1,
      done: true,
      failure: null,
    });
    await vi.waitFor(() => {
      expect(search.lines.total).toBe(2);
    });
    search.lines.want(0, 2);
    await vi.waitFor(() => {
      expect(search.lines.at(0)?.id).toBe('a');
    });
  });
});
