import { describe, expect, it, vi } from 'vitest';
import { olderOfSeveral, type OlderOfOne } from './olderOfSeveral';

const at = (minute: number) => new Date(Date.UTC(2026, 0, 1, 10, minute)).toISOString();

/** A log that is kept since a minute, and of which the instance gives these pages of lines by their minutes. */
function log(name: string, since: number | null, pages: number[][]) {
  const way: OlderOfOne = {
    kept: () => Promise.resolve(since === null ? null : at(since)),
    ask: vi.fn((_: string, cursor: string | null) => {
      const page = Number(cursor ?? 0);
      const minutes = pages[page] ?? [];
      const nothing = { level: 'info', source: null, environment: null, instance: null, fields: {} };
      return Promise.resolve({
        found: minutes.map((minute) => ({
          line: { ...nothing, id: `${name}${String(minute)}`, timestamp: at(minute), message: name },
          hits: [],
        })),
        looked: minutes.length,
        oldest: minutes[0] === undefined ? null : at(minutes[0]),
        next: page + 1 < pages.length ? String(page + 1) : null,
      });
    }),
  };
  return way;
}

describe('what is older in several logs', () => {
  it('comes by time, and no line after an older one', async () => {
    const a = log('a', 50, [[30, 40], [10, 20], [5]]);
    const b = log('b', 40, [[2, 12, 35]]);
    const way = olderOfSeveral([a, b]);
    expect(await way.kept(), 'all are kept from there on').toBe(at(50));
    expect(way.requests?.()).toBe(2);
    const ids = async () => (await way.ask('', null)).found.map(({ line }) => line.id);
    expect(await ids()).toEqual(['a30', 'b35', 'a40']);
    expect(way.requests?.(), 'the other one has said all').toBe(1);
    expect(await ids()).toEqual(['a10', 'b12', 'a20']);
    const last = await way.ask('', null);
    expect(last.found.map(({ line, log: which }) => [line.id, which])).toEqual([
      ['b2', 1],
      ['a5', 0],
    ]);
    expect(last.next).toBeNull();
    expect(a.ask).toHaveBeenLastCalledWith(at(50), '2');
    expect(b.ask).toHaveBeenCalledTimes(1);
  });

  it('is asked of those that hold the others up', async () => {
    const a = log('a', 50, [[48], [1]]);
    const b = log('b', 50, [[20], [15]]);
    const way = olderOfSeveral([a, b]);
    await way.kept();
    expect((await way.ask('', null)).found.map(({ line }) => line.id)).toEqual(['a48']);
    expect(await way.ask('', null)).toMatchObject({ next: 'more', oldest: at(20) });
    expect(a.ask).toHaveBeenCalledTimes(2);
    expect(b.ask).toHaveBeenCalledTimes(1);
  });

  it('is nothing where nothing is kept', async () => {
    const empty = log('a', null, [[1]]);
    const way = olderOfSeveral([empty]);
    expect(await way.kept()).toBeNull();
    expect(await way.ask('', null)).toMatchObject({ found: [], next: null });
    expect(empty.ask).not.toHaveBeenCalled();
  });
});
