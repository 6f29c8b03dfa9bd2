import { describe, expect, it } from 'vitest';
import { tellingLine } from './pastedLine';

describe('of a text that was pasted', () => {
  it.each([
    ['1.4.0', '1.4.0'],
    ['  req-77ab\n', 'req-77ab'],
    [
      '2026-01-02T03:04:05Z ERROR request failed\n  connect ECONNREFUSED 10.0.3.7:5432\n  at x',
      'connect ECONNREFUSED 10.0.3.7:5432',
    ],
    [
      '2026-01-02 03:04:05,123 [error] refused\r\n2026-01-02 03:04:06 INFO it was refused once more',
      'it was refused once more',
    ],
    ['2026-01-02T03:04:05.5Z warn pool is empty', 'pool is empty'],
    ['2026-01-02 03:04', '2026-01-02 03:04'],
    ['\n\n', ''],
  ])('%j the telling line is %j', (text, line) => {
    expect(tellingLine(text)).toBe(line);
  });

  it('no more is looked for than anybody reads', () => {
    expect(tellingLine('x'.repeat(5000))).toHaveLength(1000);
  });
});
