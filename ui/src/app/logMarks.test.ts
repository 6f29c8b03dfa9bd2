import { describe, expect, it, vi } from 'vitest';
import { LogMarks } from './logMarks';

describe('the marks of a search', () => {
  it('are asked for where one looks, and again where lines have come', async () => {
    const ask = vi.fn((from: number, count: number) =>
      Promise.resolve(
        [5, 210, 395].flatMap((position) =>
          position >= from && position < from + count
            ? [{ position, hits: [[0, 1]] as [number, number][] }]
            : [],
        ),
      ),
    );
    const marks = new LogMarks(ask, (thrown) => {
      throw thrown;
    });
    marks.want(190, 390);
    await vi.waitFor(() => {
      expect(marks.at(210)).toEqual([[0, 1]]);
    });
    expect(ask.mock.calls).toEqual([
      [0, 200],
      [200, 190],
    ]);
    expect([marks.at(5), marks.at(6), marks.at(395)]).toEqual([[[0, 1]], undefined, undefined]);
    marks.want(190, 400);
    await vi.waitFor(() => {
      expect(marks.at(395)).toEqual([[0, 1]]);
    });
    expect(ask).toHaveBeenCalledTimes(3);
    marks.forget();
    expect(marks.at(5)).toBeUndefined();
  });

  it('say why they cannot be told, and do not ask without end', async () => {
    const failed = vi.fn();
    const marks = new LogMarks(() => Promise.reject(new Error('gone')), failed);
    marks.want(0, 100);
    await vi.waitFor(() => {
      expect(failed).toHaveBeenCalledTimes(1);
    });
  });
});
