import { describe, expect, it, vi } from 'vitest';
import type { LogMark } from '../ipc';
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
    // What is looked at is asked for anew.
    await vi.waitFor(() => {
      expect(marks.at(395)).toEqual([[0, 1]]);
    });
    expect(ask).toHaveBeenCalledTimes(5);
  });

  it('that were asked for before lines got other positions are not theirs', async () => {
    const answers: ((marks: LogMark[]) => void)[] = [];
    const marks = new LogMarks(
      () => new Promise<LogMark[]>((resolve) => answers.push(resolve)),
      (thrown) => {
        throw thrown;
      },
    );
    marks.want(0, 100);
    expect(answers).toHaveLength(1);
    marks.forget();
    answers[0]?.([{ position: 3, hits: [[0, 1]] }]);
    await vi.waitFor(() => {
      expect(answers).toHaveLength(2);
    });
    expect(marks.at(3)).toBeUndefined();
    answers[1]?.([{ position: 7, hits: [[0, 1]] }]);
    await vi.waitFor(() => {
      expect(marks.at(7)).toEqual([[0, 1]]);
    });
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
