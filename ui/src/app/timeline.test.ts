import { describe, expect, it } from 'vitest';
import type { MeasuredSeries, Timeline } from '../ipc';
import { measured, measuredPair } from '../i18n/measured';
import { i18n } from '../i18n/i18n';
import { bandSays, bandsOf } from './bands';
import {
  around,
  bars,
  inFinerSteps,
  labelsWithRoom,
  lineThrough,
  stepAt,
  stepFrom,
  ticksOf,
  zoomed,
} from './timeline';

const MINUTE = 60_000;
const whole = { from: 0, to: 60 * MINUTE };

describe('what is shown of a timeline', () => {
  it('is in finer steps where it is looked at closely; what it is now and altogether stays', () => {
    const series = (name: string, values: number[], change: Partial<MeasuredSeries> = {}): MeasuredSeries => {
      const largest = Math.max(...values);
      return {
        name,
        unit: { kind: 'percent' },
        values,
        latest: values.at(-1) ?? 0,
        largest,
        total: null,
        ...change,
      };
    };
    const line = {
      times: [0, 60],
      step: 60,
      series: [series('cpu', [3, 4]), series('log_errors', [30, 2], { total: 32 }), series('gone', [1, 1])],
    } as Timeline;
    const finer = {
      times: [60, 70],
      step: 10,
      series: [series('log_errors', [0, 2]), series('cpu', [9, 1])],
    };
    const shown = inFinerSteps(line, finer);
    expect([shown.times, shown.step]).toEqual([[60, 70], 10]);
    expect(
      shown.series.map(({ name, values, latest, largest, total }) => [name, values, latest, largest, total]),
    ).toEqual([
      ['cpu', [9, 1], 4, 9, null],
      ['log_errors', [0, 2], 2, 2, 32],
      ['gone', [null, null], 1, 1, null],
    ]);
  });

  it('comes closer around a moment, which stays where it is, and never leaves the whole', () => {
    const half = zoomed(whole, whole, 15 * MINUTE, 0.5);
    expect(half).toEqual({ from: 7.5 * MINUTE, to: 37.5 * MINUTE });
    expect(zoomed(whole, whole, 60 * MINUTE, 0.5)).toEqual({ from: 30 * MINUTE, to: 60 * MINUTE });
    expect(zoomed(half ?? whole, whole, 0, 4)).toBeNull();
    let view = whole;
    for (let turn = 0; turn < 50; turn += 1) view = zoomed(view, whole, 20 * MINUTE, 0.5) ?? whole;
    expect(view.to - view.from).toBe(MINUTE);
  });

  it('is a span with a little room, or the whole where that is it', () => {
    expect(around({ from: 20 * MINUTE, to: 40 * MINUTE }, whole)).toEqual({
      from: 19 * MINUTE,
      to: 41 * MINUTE,
    });
    expect(around({ from: 50 * MINUTE, to: null }, whole)?.to).toBe(60 * MINUTE);
    expect(around({ from: 0, to: null }, whole)).toBeNull();
  });

  it('has round ticks, none where its words had no room', () => {
    const ticks = ticksOf(whole, 800);
    expect(ticks.length).toBeGreaterThan(3);
    expect(ticks.every((at) => at % (10 * MINUTE) === 0)).toBe(true);
    expect((whole.to - (ticks.at(-1) ?? 0)) / MINUTE).toBeGreaterThan(3);
    expect(ticksOf(whole, 160).length).toBeLessThanOrEqual(2);
  });

  it('is walked by what happened', () => {
    const moments = [5, 9, 12];
    expect(stepFrom(moments, null, -1)).toBe(12);
    expect(stepFrom(moments, 9, -1)).toBe(5);
    expect(stepFrom(moments, 10, 1)).toBe(12);
    expect(stepFrom(moments, 12, 1)).toBeNull();
  });
});

describe('what is drawn', () => {
  const times = [0, 1, 2, 3, 4, 5].map((each) => each * MINUTE);
  const view = { from: 0, to: 6 * MINUTE };

  it('has a gap where nothing was measured, and a dash for what stands alone', () => {
    const { line, area } = lineThrough([1, 2, null, 3, null, null], times, MINUTE, view, 3);
    expect(line.match(/M/g)).toHaveLength(2);
    expect(area.match(/Z/g)).toHaveLength(2);
    expect(line.split('M').at(-1)).toMatch(/^583\.3 .*L666\.7 /);
  });

  it('has a bar for what was counted and none for nothing', () => {
    expect(bars([0, 1, null, 4, 0, 0], times, MINUTE, view, 4).match(/M/g)).toHaveLength(2);
  });

  it('gives room to the label of a deployment before that of something else', () => {
    const label = (at: number, weight: number) => ({ at: at * MINUTE, length: 100, weight });
    expect(labelsWithRoom([label(0.5, 2), label(1.2, 1), label(5.9, 0)], view, 600)).toEqual([
      null,
      'right',
      'left',
    ]);
    expect(labelsWithRoom([label(1, 2), label(3, 1)], view, 600)).toEqual(['right', 'right']);
  });

  it('is read at a step, never beyond what was measured', () => {
    expect(stepAt(times, MINUTE, 2.9 * MINUTE)).toBe(2);
    expect(stepAt(times, MINUTE, -1)).toBeNull();
    expect(stepAt(times, MINUTE, 6 * MINUTE)).toBeNull();
  });
});

describe('measured values', () => {
  it('say their unit in the size in which they are read', () => {
    expect(measured({ kind: 'bytes' }, 412 * 2 ** 20)).toBe('412 MiB');
    expect(measured({ kind: 'percent' }, 12.34)).toBe('12 %');
    expect(measured({ kind: 'perSecond' }, 0.25)).toBe('0.25/s');
    expect(measured({ kind: 'milliseconds' }, 1940)).toBe('1.9 s');
    expect(measured({ kind: 'other', word: 'jobs' }, 7)).toBe('7 jobs');
    expect(measuredPair({ kind: 'milliseconds' }, 9.4, 48.2)).toBe('9.4 / 48 ms');
    expect(measuredPair({ kind: 'milliseconds' }, 610, 1900)).toBe('0.61 / 1.9 s');
  });

  it('are read together where they belong together, others under their own name', () => {
    const series = (name: string, values: (number | null)[]): MeasuredSeries => ({
      name,
      unit: { kind: 'milliseconds' },
      values,
      latest: values.at(-1) ?? null,
      largest: 50,
      total: name === 'log_errors' ? 9 : null,
    });
    const line = {
      times: [0, MINUTE],
      step: MINUTE,
      series: [
        series('log_errors', [4, 5]),
        series('response_ms_p50', [3, 4]),
        series('response_ms_p95', [20, null]),
        series('queue_depth', [1, 2]),
      ],
    } as unknown as Timeline;
    const bands = bandsOf(line, i18n.t);
    expect(bands.map(({ label }) => label)).toEqual(['Log errors', 'Response', 'queue_depth']);
    const [errors, response] = bands;
    if (!errors || !response) throw new Error('both are there');
    expect(bandSays(errors, line, null)).toBe('9 ms');
    expect(bandSays(errors, line, MINUTE)).toBe('5 ms');
    expect(bandSays(response, line, 10)).toBe('3 / 20 ms');
    expect(bandSays(response, line, MINUTE)).toBe('4 ms / –');
    expect(bandSays(response, line, 5 * MINUTE)).toBe('–');
  });
});
