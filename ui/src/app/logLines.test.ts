import { describe, expect, it, vi } from 'vitest';
import { windowOf } from '../ipc/fake/logs';
import { LogLines } from './logLines';

/** A log of 1,000 lines into which lines are put before the 500th. */
function book() {
  const state = { generation: 0, total: 1000 };
  const moved = vi.fn((before: number, positions: number[]) =>
    Promise.resolve({
      generation: state.generation,
      places: positions.map((place) => place + (place >= 500 ? (state.generation - before) * 100 : 0)),
    }),
  );
  const lines = new LogLines(
    (from, count) =>
      Promise.resolve({
        ...windowOf(state.total, 0, from, count, 'orders-api'),
        generation: state.generation,
        gaps: state.generation === 0 ? [{ id: 'g', at: 500, from: null, to: null, cost: null }] : [],
      }),
    () => undefined,
    moved,
  );
  lines.grow(state.total);
  return { lines, state, moved };
}

describe('the lines of a log', () => {
  it('are read anew where their positions are other ones, and what is held on to is told where it is', async () => {
    const { lines, state, moved } = book();
    const told = vi.fn();
    lines.hold({ positions: () => [450, 550], moved: told });
    lines.want(450, 560);
    await vi.waitFor(() => {
      expect(lines.at(550)?.id).toBe('line-550');
    });
    expect(lines.gapAt(500)?.id).toBe('g');
    Object.assign(state, { generation: 1, total: 1100 });
    lines.reread();
    await vi.waitFor(() => {
      expect(lines.total).toBe(1100);
    });
    expect(moved.mock.calls).toEqual([[0, [450, 550]]]);
    expect(told.mock.calls).toEqual([[[450, 650]]]);
    expect(lines.gapAt(500)).toBeUndefined();
    await vi.waitFor(() => {
      expect(lines.at(559)?.id).toBe('line-559');
    });
  });

  it('of a window that was read before they moved once more are not kept', async () => {
    const { lines, state, moved } = book();
    const told = vi.fn();
    lines.hold({ positions: () => [550], moved: told });
    lines.want(540, 560);
    await vi.waitFor(() => {
      expect(lines.at(550)).toBeDefined();
    });
    Object.assign(state, { generation: 1, total: 1100 });
    moved.mockImplementationOnce(() => {
      Object.assign(state, { generation: 2, total: 1200 });
      return Promise.resolve({ generation: 2, places: [750] });
    });
    lines.reread();
    await vi.waitFor(() => {
      expect(lines.total).toBe(1200);
    });
    expect(moved).toHaveBeenCalledTimes(1);
    expect(told.mock.calls).toEqual([[[750]]]);
  });
});
