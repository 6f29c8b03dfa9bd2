import type { Health, State } from '../ipc';
import { healthState } from './state';

export type Segment = { state: State; from: number; to: number; status: string; message: string | null };
export type Band = { start: number; end: number; segments: Segment[]; ticks: number[] };

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const SPANS = [0.25, 0.5, 2, 5, 15, 60, 6 * 60, 24 * 60, 7 * 24 * 60].map((minutes) => minutes * MINUTE);
/** From tick to tick. */
const STEPS = [1, 2, 5, 10, 15, 30, 60, 180, 360, 1440].map((minutes) => minutes * MINUTE);
const MOST_TICKS = 6;

/**
 * The health over a span that ends now and opens around the last change of state: what is now takes the greater
 * part, what was before is seen beside it. Before the first known change nothing is known, and no room is
 * given to that. What has changed just now is on it, whatever two clocks say.
 */
export function bandOf(health: Health, now: number): Band {
  const changes = health.history
    .map(({ at, status, message }) => ({ at: Date.parse(at), status, message }))
    .filter(({ at }) => !Number.isNaN(at))
    .sort((a, b) => a.at - b.at);
  const end = Math.max(now, (changes.at(-1)?.at ?? now) + SECOND);
  const last = lastChange(changes)?.at ?? end;
  const wanted = (end - last) * 1.6;
  const span = SPANS.find((each) => wanted <= each) ?? SPANS.at(-1) ?? HOUR;
  const first = changes[0]?.at ?? end;
  const known = Math.max(end - first, SPANS[0] ?? MINUTE);
  const start = Math.max(end - span, end - known * 1.1);
  const segments: Segment[] = [];
  changes.forEach((change, at) => {
    const from = Math.max(start, change.at);
    const to = changes[at + 1]?.at ?? end;
    if (to <= start) return;
    segments.push({
      state: healthState(change.status),
      from,
      to,
      status: change.status,
      message: change.message,
    });
  });
  const ticks = ticksOf(start, end);
  // Within a short span there may be no round time: the change itself is one.
  return { start, end, segments, ticks: ticks.length === 0 ? withRoom([last], start, end) : ticks };
}

/** The last entry that says another state than the one before it; a history may repeat itself. */
function lastChange(changes: { at: number; status: string }[]) {
  return changes.findLast(({ status }, at) => status !== changes[at - 1]?.status);
}

/** Round times of the local day within the span; none at its very end, where no word has room. */
function ticksOf(start: number, end: number): number[] {
  const step = STEPS.find((each) => (end - start) / each <= MOST_TICKS) ?? STEPS.at(-1) ?? HOUR;
  const shift = new Date(start).getTimezoneOffset() * MINUTE;
  const ticks: number[] = [];
  for (let at = Math.ceil((start - shift) / step) * step + shift; at < end; at += step) ticks.push(at);
  return withRoom(ticks, start, end);
}

function withRoom(ticks: number[], start: number, end: number): number[] {
  return ticks.filter((at) => at >= start && (end - at) / (end - start) > 0.1);
}
