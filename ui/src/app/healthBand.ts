import type { Health, State } from '../ipc';
import { healthState } from './state';

export type Segment = { state: State; from: number; to: number; status: string; message: string | null };
export type Band = { start: number; end: number; segments: Segment[] };

const MINUTE = 60_000;
const SPANS = [15 * MINUTE, 60 * MINUTE, 6 * 60 * MINUTE, 24 * 60 * MINUTE, 7 * 24 * 60 * MINUTE];

/**
 * The health over a span that ends now and in which the last change is well within sight. Before the first
 * known change nothing is known.
 */
export function bandOf(health: Health, now: number): Band {
  const changes = health.history
    .map(({ at, status, message }) => ({ at: Date.parse(at), status, message }))
    .filter(({ at }) => !Number.isNaN(at) && at <= now)
    .sort((a, b) => a.at - b.at);
  const last = changes.at(-1)?.at ?? now;
  const span = SPANS.find((each) => (now - last) * 1.6 <= each) ?? SPANS.at(-1) ?? 60 * MINUTE;
  const start = now - Math.max(span, changes.length > 1 ? 60 * MINUTE : 0);
  const segments: Segment[] = [];
  changes.forEach((change, at) => {
    const from = Math.max(start, change.at);
    const to = changes[at + 1]?.at ?? now;
    if (to <= start) return;
    segments.push({
      state: healthState(change.status),
      from,
      to,
      status: change.status,
      message: change.message,
    });
  });
  return { start, end: now, segments };
}
