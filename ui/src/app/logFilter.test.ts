import { describe, expect, it } from 'vitest';
import { logFrom, logWords, queryOf, UNFILTERED, withField, type LogFilter } from './logFilter';

describe('what a log is narrowed by', () => {
  it('comes back from its address, whatever is in it', () => {
    const filter: LogFilter = {
      text: 'a&b=c #% +ä',
      regex: true,
      levels: 'errors',
      from: '2026-11-25T14:05:00Z',
      to: '2026-11-25T14:20:00.250Z',
      fields: [
        ['instance', 'shop-1'],
        ['a=b&c', 'x:y&z='],
      ],
    };
    const look = { all: true, at: '2026-11-25T14:06:00Z', since: '2026-11-25T13:00:00Z' };
    expect(logFrom(`/logs${logWords(filter, look)}`)).toEqual({ ...filter, ...look });
    expect(logFrom('/logs?new=last').since).toBe('last');
    expect(logWords(UNFILTERED)).toBe('');
    expect(logFrom('/logs')).toEqual({ ...UNFILTERED, all: false, at: null, since: null });
  });

  it('counts as not said where it is not understood', () => {
    expect(logFrom('/logs?level=loud&from=yesterday&regex=yes&at=x&new=y')).toEqual({
      ...UNFILTERED,
      all: false,
      at: null,
      since: null,
    });
  });

  it('is a query where it narrows anything', () => {
    expect(queryOf(UNFILTERED)).toBeNull();
    expect(queryOf({ ...UNFILTERED, regex: true })).toBeNull();
    expect(queryOf(withField(UNFILTERED, 'status', '500'))?.fields).toEqual([
      { name: 'status', value: '500' },
    ]);
    expect(queryOf({ ...UNFILTERED, to: '2026-11-25T14:05:00Z' })?.to).toBe('2026-11-25T14:05:00Z');
  });

  it('has each field once', () => {
    const filter = withField(withField(UNFILTERED, 'status', '500'), 'status', '404');
    expect(filter.fields).toEqual([['status', '404']]);
  });
});
