import { describe, expect, it } from 'vitest';
import { hueOf, logsFrom, logNameWords, MOST_LOGS } from './logNames';
import { paths } from './paths';

describe('logs in an address', () => {
  it('are read as they were written', () => {
    const logs = [
      { application: 'checkout', environment: 'dev' },
      { application: 'orders', environment: 'a&b=c' },
    ];
    expect(paths.manyLogs('c/1', logs)).toBe('/c/c%2F1/logs?log=checkout%40dev&log=orders%40a%26b%3Dc');
    expect(logsFrom(paths.manyLogs('c', logs))).toEqual(logs);
    expect(logNameWords([])).toBe('');
  });

  it('are each there once, and not more than are shown', () => {
    expect(logsFrom('/c/x/logs?log=a@b&log=a@b&log=@b&log=a@&log=a&other=c@d')).toEqual([
      { application: 'a', environment: 'b' },
    ]);
    const many = Array.from({ length: 40 }, (_, at) => `log=a${String(at)}@b`).join('&');
    expect(logsFrom(`/c/x/logs?${many}`)).toHaveLength(MOST_LOGS);
  });

  it('have a colour each, which is their own among eight', () => {
    expect(new Set(Array.from({ length: 8 }, (_, at) => hueOf(at))).size).toBe(8);
    expect(hueOf(8)).toBe(hueOf(0));
  });
});
