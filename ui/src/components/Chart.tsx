import { useEffect, useRef } from 'react';
import uPlot from 'uplot';
import type { Band } from '../app/bands';
import { markState } from '../app/marks';
import type { View } from '../app/timeline';
import type { Course } from '../hooks/useTimeline';
import { timeOfDay } from '../i18n/format';
import { measured } from '../i18n/measured';
import type { Timeline, Unit } from '../ipc';
import styles from './Chart.module.css';

const HEIGHT = 116;
/** The axes' own room, in pixels. */
const BESIDE = 76;
const BELOW = 22;
/** The shortest that is told apart on the axis of time, in pixels. */
const APART = 60;

/** The variables of the theme that charts are drawn with: none of them means a state. */
const LINES = ['--hue-slate', '--hue-brown'];

type Drawn = { view: View; picked: Course['picked']; marks: Timeline['marks']; now: number };

/** One band as a chart. It draws itself; pointing, picking and zooming are told and heard through the course. */
export function Chart({ band, line, course }: { band: Band; line: Timeline; course: Course }) {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const heard = useRef(course);
  const drawn = useRef<Drawn>({ view: course.view, picked: null, marks: [], now: 0 });
  const { view, picked, cursor } = course;
  const { times, marks, to, step } = line;
  useEffect(() => {
    heard.current = course;
    drawn.current = { view, picked, marks, now: Date.parse(to) };
  });
  const words = JSON.stringify([band.series.map(({ name, unit }) => [name, unit]), band.counted]);
  useEffect(() => {
    const element = place.current;
    if (!element) return undefined;
    const [series, counted] = JSON.parse(words) as [[string, Unit][], boolean];
    const made = new uPlot(optionsOf(series, counted, element, drawn, heard), [[]], element);
    plot.current = made;
    const observer = new ResizeObserver(() => {
      made.setSize({ width: element.clientWidth, height: HEIGHT });
    });
    observer.observe(element);
    // Its colours are the theme's, whichever that is now.
    const themed = new MutationObserver(() => {
      made.redraw(false, true);
    });
    themed.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] });
    const wheel = (event: WheelEvent) => {
      if (!event.ctrlKey || event.deltaY === 0) return;
      event.preventDefault();
      const { left } = made.over.getBoundingClientRect();
      heard.current.zoom(made.posToVal(event.clientX - left, 'x') * 1000, event.deltaY < 0 ? 0.8 : 1.25);
    };
    made.over.addEventListener('wheel', wheel, { passive: false });
    return () => {
      observer.disconnect();
      themed.disconnect();
      plot.current = null;
      made.destroy();
    };
  }, [words]);
  useEffect(() => {
    // A step's value stands in its middle.
    const middles = times.map((at) => ((at ?? 0) + (step ?? 0) / 2) / 1000);
    plot.current?.setData([middles, ...band.series.map(({ values }) => values)], false);
  }, [times, step, band, words]);
  const { from, to: end } = view;
  useEffect(() => {
    const made = plot.current;
    if (!made) return;
    const max = topOf(made.data, from / 1000, end / 1000);
    made.batch(() => {
      made.setScale('x', { min: from / 1000, max: end / 1000 });
      made.setScale('y', { min: 0, max });
    });
  }, [from, end, times, words]);
  const [pickedFrom, pickedTo] = [picked?.from, picked?.to];
  useEffect(() => {
    plot.current?.redraw(false);
  }, [pickedFrom, pickedTo, marks]);
  useEffect(() => {
    const made = plot.current;
    if (!made) return;
    const left = cursor === null ? -10 : made.valToPos(cursor / 1000, 'x');
    if (Math.abs((made.cursor.left ?? -10) - left) > 0.5) made.setCursor({ left, top: 0 }, false);
  }, [cursor, from, end, times]);
  return <div ref={place} className={styles.place} aria-hidden="true" />;
}

function optionsOf(
  series: [string, Unit][],
  counted: boolean,
  element: HTMLElement,
  drawn: { current: Drawn },
  heard: { current: Course },
): uPlot.Options {
  const unit = series[0]?.[1] ?? { kind: 'other', word: null };
  const font = `12px ${css('--mono')}`;
  const axis = { stroke: () => css('--faint'), font, ticks: { show: false } };
  const grid = { stroke: () => css('--line'), width: 1 };
  return {
    width: element.clientWidth || 300,
    height: HEIGHT,
    padding: [6, 8, 0, 0],
    legend: { show: false },
    scales: {
      x: { time: true, auto: false },
      y: { auto: false },
    },
    series: [
      {},
      ...series.map(([, each], at): uPlot.Series => {
        const stroke = () => css(counted ? '--bad' : (LINES[at] ?? '--dim'));
        return {
          stroke,
          width: 1.5,
          spanGaps: false,
          points: { show: false },
          value: (_, value: number | null) => (value === null ? '–' : measured(each, value)),
          ...(counted && { fill: stroke, paths: uPlot.paths.bars?.({ size: [0.7, 20] }) }),
        };
      }),
    ],
    axes: [
      {
        ...axis,
        grid,
        size: BELOW,
        space: APART,
        values: (_, splits) =>
          splits.map((split, at) =>
            timeOfDay(
              new Date(split * 1000).toISOString(),
              at === 0 ? drawn.current.now : (splits[at - 1] ?? 0) * 1000,
            ),
          ),
      },
      {
        ...axis,
        grid,
        size: BESIDE,
        space: 28,
        // Of bytes the round numbers are powers of two.
        ...(unit.kind === 'bytes' && { incrs: Array.from({ length: 45 }, (_, power) => 2 ** power) }),
        values: (_, splits) => splits.map((split) => measured(unit, split)),
      },
    ],
    cursor: {
      y: false,
      points: { show: false },
      drag: { x: true, y: false, setScale: false },
    },
    hooks: {
      drawClear: [
        (made) => {
          drawUnder(made, drawn.current);
        },
      ],
      setCursor: [
        (made) => {
          // Set by whoever points elsewhere, it tells nobody.
          if (made.cursor.event === undefined || made.cursor.event === null) return;
          const { left } = made.cursor;
          heard.current.point(left === undefined || left < 0 ? null : made.posToVal(left, 'x') * 1000);
        },
      ],
      setSelect: [
        (made) => {
          const { left, width } = made.select;
          if (width < 4) return;
          const [from, to] = [made.posToVal(left, 'x') * 1000, made.posToVal(left + width, 'x') * 1000];
          made.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
          heard.current.pick({ from, to: to >= drawn.current.now - 1000 ? null : to });
        },
      ],
    },
  };
}

/** What was picked, and what changed, behind the lines. */
function drawUnder(made: uPlot, { picked, marks, view, now }: Drawn): void {
  const { ctx, bbox } = made;
  const x = (at: number) =>
    Math.min(Math.max(made.valToPos(at / 1000, 'x', true), bbox.left), bbox.left + bbox.width);
  ctx.save();
  if (picked) {
    ctx.globalAlpha = 0.09;
    ctx.fillStyle = css('--accent');
    const [from, to] = [x(picked.from), x(picked.to ?? Math.max(now, view.to))];
    ctx.fillRect(from, bbox.top, to - from, bbox.height);
    ctx.globalAlpha = 1;
  }
  for (const mark of marks) {
    const at = Date.parse(mark.at);
    if (mark.what.kind === 'instance' || at < view.from || at > view.to) continue;
    const state = markState(mark);
    ctx.fillStyle = css(state === 'progress' ? '--progress' : state === 'bad' ? '--bad' : '--dim');
    ctx.fillRect(Math.round(x(at)), bbox.top, Math.max(1, Math.round(devicePixelRatio)), bbox.height);
  }
  ctx.restore();
}

/** The top of what is shown: a little above the largest value in it. */
function topOf([times, ...all]: uPlot.AlignedData, min: number, max: number): number {
  let largest = 0;
  Array.from(times).forEach((at, index) => {
    if (at < min || at > max) return;
    for (const values of all) largest = Math.max(largest, values[index] ?? 0);
  });
  return largest === 0 ? 1 : largest * 1.1;
}

function css(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}
