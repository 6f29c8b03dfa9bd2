import { describe, expect, it } from 'vitest';
import { LogHeights } from './logHeights';

describe('the heights of lines', () => {
  it('are what was measured last, and count for the lines after', () => {
    const before = LogHeights.NONE.with(
      new Map([
        [7, 40],
        [3, 20],
      ]),
    );
    expect([3, 4, 7, 8, 100].map((position) => before.before(position))).toEqual([0, 20, 20, 60, 60]);
    const after = before.with(new Map([[3, 0]]));
    expect([after.of(3), after.of(7), after.before(8)]).toEqual([0, 40, 40]);
    expect(after.with(new Map([[7, 40]]))).toBe(after);
  });

  it('are kept around what is seen, and not of all that ever was', () => {
    let heights = LogHeights.NONE;
    for (let position = 0; position < 50_000; position += 50)
      heights = heights.with(
        new Map(Array.from({ length: 50 }, (_, at) => [position + at, 20] as [number, number])),
      );
    expect(heights.of(49_999)).toBe(20);
    expect(heights.of(0)).toBe(0);
    expect(heights.before(50_000)).toBeLessThanOrEqual(4000 * 20);
  });
});
