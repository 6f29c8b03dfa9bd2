import type { FinerSteps, Timeline } from '../ipc';

/** The part of a timeline that is shown, in milliseconds since 1970. */
export type View = { from: number; to: number };

/** A span that was picked; without an end it goes on with now. */
export type Picked = { from: number; to: number | null };

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
/** From tick to tick. */
const STEPS = [
  ...[5, 10, 15, 30].map((seconds) => seconds * SECOND),
  ...[1, 2, 5, 10, 15, 30, 60, 180, 360, 720, 1440].map((minutes) => minutes * MINUTE),
];
const MOST_TICKS = 8;
/** No closer than this. */
const CLOSEST = MINUTE;

/** Where a moment is: 0 at the beginning of what is shown, 1 at its end. */
export function shareOf(view: View, at: number): number {
  return (at - view.from) / (view.to - view.from);
}

export function momentAt(view: View, share: number): number {
  return view.from + Math.min(Math.max(share, 0), 1) * (view.to - view.from);
}

/** The same shown by a factor closer (below 1) or from further away, with a moment staying where it is. */
export function zoomed(view: View, whole: View, at: number, factor: number): View | null {
  const all = whole.to - whole.from;
  const length = Math.max((view.to - view.from) * factor, CLOSEST);
  if (length >= all) return null;
  const share = Math.min(Math.max(shareOf(view, at), 0), 1);
  const from = Math.min(Math.max(at - share * length, whole.from), whole.to - length);
  return { from, to: from + length };
}

/** A span as it is shown: with a little room at both sides, within the whole. */
export function around(picked: Picked, whole: View): View | null {
  const to = picked.to ?? whole.to;
  const room = Math.max((to - picked.from) * 0.05, (CLOSEST - (to - picked.from)) / 2, 0);
  const from = Math.max(whole.from, picked.from - room);
  const end = Math.min(whole.to, to + room);
  return end - from >= whole.to - whole.from ? null : { from, to: Math.max(end, from + SECOND) };
}

/** How much room the words of a tick need, in pixels. */
const TICK = 44;

/** Round times of the local day within what is shown, as many as have room in so many pixels. */
export function ticksOf({ from, to }: View, pixels: number): number[] {
  const most = Math.min(Math.max(2, Math.floor(pixels / 100)), MOST_TICKS);
  const step = STEPS.find((each) => (to - from) / each <= most) ?? STEPS.at(-1) ?? HOUR;
  const shift = new Date(from).getTimezoneOffset() * MINUTE;
  const ticks: number[] = [];
  for (let at = Math.ceil((from - shift) / step) * step + shift; at < to; at += step) ticks.push(at);
  return ticks.filter((at) => ((to - at) / (to - from)) * pixels >= TICK);
}

/** The next moment after one, or the one before it; from nowhere, the last. */
export function stepFrom(moments: number[], at: number | null, by: 1 | -1): number | null {
  if (at === null) return moments.at(-1) ?? null;
  const next = by > 0 ? moments.find((each) => each > at) : moments.findLast((each) => each < at);
  return next ?? null;
}

/** The step in which a moment is; null beyond what was measured. */
export function stepAt(times: (number | null)[], step: number, at: number): number | null {
  const first = times[0] ?? 0;
  const found = Math.floor((at - first) / step);
  return found >= 0 && found < times.length ? found : null;
}

/** The size of what bands are drawn in; they are stretched to their place. */
export const DRAWN = { width: 1000, height: 20 };

type Drawn = { line: string; area: string };

/**
 * A line through the middles of the steps, and the area below it. Where nothing was measured there is none; a step
 * alone is a short line of its own.
 */
export function lineThrough(
  values: (number | null)[],
  times: (number | null)[],
  step: number,
  view: View,
  largest: number,
): Drawn {
  const { width, height } = DRAWN;
  const x = (at: number) => (shareOf(view, at) * width).toFixed(1);
  // The greatest and nothing are both seen whole.
  const y = (value: number) => (height - 1 - (value / (largest || 1)) * (height - 3)).toFixed(1);
  let line = '';
  let area = '';
  let run: [at: number, value: number][] = [];
  const end = () => {
    const [first, last] = [run[0], run.at(-1)];
    if (first && last) {
      const points = run.map(([at, value]) => `${x(at)} ${y(value)}`);
      if (run.length === 1) points.push(`${x(first[0] + step / 2)} ${y(first[1])}`);
      line += `M${points.join('L')}`;
      area += `M${x(first[0])} ${String(height)}L${points.join('L')}L${points.at(-1)?.split(' ')[0] ?? ''} ${String(height)}Z`;
    }
    run = [];
  };
  values.forEach((value, at) => {
    const time = times[at];
    if (value === null || time === null || time === undefined) end();
    else if (time + step >= view.from && time <= view.to) run.push([time + step / 2, value]);
  });
  end();
  return { line, area };
}

/** What was counted, as bars. */
export function bars(
  values: (number | null)[],
  times: (number | null)[],
  step: number,
  view: View,
  largest: number,
): string {
  const { width, height } = DRAWN;
  const wide = Math.max(1.5, (step / (view.to - view.from)) * width * 0.75);
  return values
    .map((value, at) => {
      const time = times[at] ?? 0;
      if (value === null || value <= 0 || time + step < view.from || time > view.to) return '';
      const tall = Math.max(2, (value / (largest || 1)) * (height - 2));
      const x = shareOf(view, time) * width;
      return `M${x.toFixed(1)} ${String(height)}v-${tall.toFixed(1)}h${wide.toFixed(1)}v${tall.toFixed(1)}Z`;
    })
    .join('');
}

/** A timeline with what was measured in a part of it in finer steps, for as long as no more than that part is shown. */
export function inFinerSteps(line: Timeline, finer: FinerSteps): Timeline {
  return {
    ...line,
    times: finer.times,
    step: finer.step,
    series: line.series.map((series) => {
      const found = finer.series.find(({ name }) => name === series.name);
      const values = found?.values ?? finer.times.map(() => null);
      // What is counted is less in a shorter step; anything else is drawn as tall as before, or its peaks are taller.
      const counted = series.total !== null;
      const largest = counted ? null : series.largest;
      return { ...series, values, largest: greater(largest, found?.largest ?? null) };
    }),
  };
}

function greater(one: number | null, other: number | null): number | null {
  return one === null || other === null ? (one ?? other) : Math.max(one, other);
}

type Labelled = { at: number; length: number; weight: number };

/**
 * Which labels have room beside their marks, in pixels: the weightier first, of those the later. A label stands to
 * the right of its mark, at the end of what is shown to the left.
 */
export function labelsWithRoom(labels: Labelled[], view: View, pixels: number): ('left' | 'right' | null)[] {
  const taken: [number, number][] = labels.map(({ at }) => {
    const x = shareOf(view, at) * pixels;
    return [x - 2, x + 2];
  });
  const sides: ('left' | 'right' | null)[] = labels.map(() => null);
  const order = labels.map((_, at) => at).sort((a, b) => weight(b) - weight(a) || b - a);
  function weight(at: number): number {
    return labels[at]?.weight ?? 0;
  }
  for (const at of order) {
    const label = labels[at];
    if (!label) continue;
    const x = shareOf(view, label.at) * pixels;
    if (x < 0 || x > pixels) continue;
    const free = (from: number, to: number) =>
      from >= 0 &&
      to <= pixels &&
      taken.every(([start, end], other) => other === at || to <= start || from >= end);
    const side = free(x, x + label.length)
      ? ('right' as const)
      : free(x - label.length, x)
        ? ('left' as const)
        : null;
    if (side === null) continue;
    sides[at] = side;
    taken.push(side === 'right' ? [x, x + label.length] : [x - label.length, x]);
  }
  return sides;
}
