import { describe, expect, it } from 'vitest';
import { i18n } from '../i18n/i18n';
import type { Mark } from '../ipc';
import { isStart, markLabel, markState, markWords } from './marks';

function instance(summary: string | null, count = 1): Mark {
  return { at: '2026-03-01T12:00:00Z', ends: null, what: { kind: 'instance', count }, by: null, summary };
}

describe('what became of an instance', () => {
  it.each(['shop-1 in dev: started with miso/shop:1.4.0', 'shop-1 started'])(
    'is no fault and no end where it started: %s',
    (summary) => {
      const mark = instance(summary);
      expect(isStart(mark)).toBe(true);
      expect(markState(mark)).toBe('off');
      expect(markWords(mark, i18n.t)).toBe(`instance started · ${summary}`);
    },
  );

  it.each([
    'shop-1 in dev: exited with code 1 after 0.2 s',
    'shop-1 in dev: ended with exit code 10 after 2.0 s',
    'shop-1 in dev: could not be started: no such image',
    'shop-1 in dev: not started: no engine',
    'shop-1 in dev: gave up after 4 starts; the last one exited with code 1',
    null,
  ])('is a fault where it ended by one, or nobody says how: %s', (summary) => {
    const mark = instance(summary);
    expect(isStart(mark)).toBe(false);
    expect(markState(mark)).toBe('bad');
    expect(markLabel(mark, i18n.t)).toBe('instance ended');
  });

  it.each([
    'shop-1 in dev: exited with code 0 after 3.1 s',
    'shop-1 in dev: ended with exit code 0',
    'shop-1 stopped',
  ])('is dim where it ended well: %s', (summary) => {
    const mark = instance(summary);
    expect(isStart(mark)).toBe(false);
    expect(markState(mark)).toBe('off');
  });

  it('is drawn where several are close, though the last is a start', () => {
    const mark = instance('shop-1 in dev: started with miso/shop:1.4.0', 4);
    expect(isStart(mark)).toBe(false);
    expect(markState(mark)).toBe('off');
    expect(markLabel(mark, i18n.t)).toBe('4 starts and ends of instances');
    expect(markLabel(instance('shop-1 in dev: exited with code 1', 3), i18n.t)).toBe('3 instances ended');
  });
});
