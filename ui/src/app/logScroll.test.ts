import { describe, expect, it } from 'vitest';
import { LogHeights } from './logHeights';
import {
  anchorAt,
  contentHeight,
  elementHeight,
  fromScroll,
  furthest,
  LINE,
  positionAt,
  TALLEST,
  topOf,
  topOfAnchor,
  toScroll,
  windowAt,
  type LogShape,
} from './logScroll';

// The same shapes at every run, of all sizes.
let seed = 42;
const random = (below: number) => {
  seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
  return Math.floor((seed / 2_147_483_648) * below);
};
const shapes: LogShape[] = Array.from({ length: 400 }, () => {
  const first = random(1_000_000);
  const total = first + 1 + random(10 ** (1 + random(8)));
  const taller = random(3) === 0 ? random(40) : 0;
  const heights = LogHeights.NONE.with(
    new Map(Array.from({ length: taller }, () => [first + random(total - first), 20 + random(300)])),
  );
  return { first, total, viewport: 100 + random(1000), heights };
});

describe('any scroll position', () => {
  it('maps to a place in the list and back', () => {
    for (const shape of shapes) {
      const scrollable = Math.max(0, elementHeight(shape) - shape.viewport);
      for (let each = 0; each < 20; each += 1) {
        const scroll = random(scrollable + 1);
        expect(toScroll(shape, fromScroll(shape, scroll))).toBeCloseTo(scroll, 3);
      }
    }
  });

  it('shows a window of lines that exist and fill the view', () => {
    for (const shape of shapes) {
      for (const share of [0, 0.2, 0.5, 0.77, 1]) {
        const top = furthest(shape) * share;
        const { from, to } = windowAt(shape, top);
        expect(from).toBeGreaterThanOrEqual(shape.first);
        expect(to).toBeLessThanOrEqual(shape.total);
        expect(to).toBeGreaterThan(from);
        expect(topOf(shape, from)).toBeLessThanOrEqual(top + 1e-6);
        const full = contentHeight(shape) >= shape.viewport;
        if (full && to < shape.total)
          expect(topOf(shape, to)).toBeGreaterThanOrEqual(top + shape.viewport - 1e-6);
        // Never more than the view has room for, and one at each edge.
        expect(to - from).toBeLessThanOrEqual(Math.ceil(shape.viewport / LINE) + 2);
      }
    }
  });

  it('reaches both ends', () => {
    for (const shape of shapes) {
      expect(positionAt(shape, fromScroll(shape, 0))).toBe(shape.first);
      const bottom = fromScroll(shape, elementHeight(shape)) + shape.viewport;
      expect(windowAt(shape, furthest(shape)).to).toBe(shape.total);
      expect(bottom).toBeGreaterThanOrEqual(contentHeight(shape) - 1e-6);
    }
  });

  it('finds a line where it stands', () => {
    for (const shape of shapes)
      for (let each = 0; each < 20; each += 1) {
        const position = shape.first + random(shape.total - shape.first);
        expect(positionAt(shape, topOf(shape, position))).toBe(position);
        expect(positionAt(shape, topOf(shape, position) + LINE - 1)).toBe(position);
      }
  });

  it('keeps its place while lines come, go and change their heights', () => {
    for (const shape of shapes) {
      const top = random(furthest(shape) + 1);
      const anchor = anchorAt(shape, top);
      expect(topOfAnchor(shape, anchor)).toBeCloseTo(top, 6);
      const gone = random(anchor.position - shape.first + 1);
      const above = shape.first + gone + random(anchor.position - shape.first - gone + 1);
      const more = above < anchor.position ? 60 : 0;
      const later: LogShape = {
        ...shape,
        first: shape.first + gone,
        total: shape.total + 1000,
        heights: shape.heights.with(new Map([[above, shape.heights.of(above) + more]])),
      };
      expect(topOfAnchor(later, anchor) - topOf(later, anchor.position)).toBeCloseTo(anchor.offset, 6);
    }
  });

  it('never makes an element taller than a browser can show', () => {
    for (const shape of shapes) expect(elementHeight(shape)).toBeLessThanOrEqual(TALLEST);
    expect(elementHeight({ first: 0, total: 50_000_000, viewport: 600, heights: LogHeights.NONE })).toBe(
      TALLEST,
    );
  });

  it('stays put without lines', () => {
    const none: LogShape = { first: 7, total: 7, viewport: 600, heights: LogHeights.NONE };
    expect(windowAt(none, 0)).toEqual({ from: 7, to: 7 });
    expect(fromScroll(none, 100)).toBe(0);
  });
});
