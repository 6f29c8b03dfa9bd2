import { healthState } from '../app/state';
import { shareOf, type View } from '../app/timeline';
import type { HealthSpan } from '../ipc';
import styles from './HealthSpans.module.css';

/** The health over a time, drawn: what is not well stands out, what is not known is a thin line. */
export function HealthSpans({ spans, view }: { spans: HealthSpan[]; view: View }) {
  const share = (at: number) => Math.min(Math.max(shareOf(view, at), 0), 1) * 100;
  return (
    <div className={styles.band} aria-hidden="true">
      {spans.map(({ from, to, status }) => {
        const [left, right] = [share(Date.parse(from)), share(to === null ? view.to : Date.parse(to))];
        if (right <= 0 || left >= 100) return null;
        return (
          <span
            key={from}
            className={styles[healthState(status)]}
            style={{ left: `${String(left)}%`, width: `${String(right - left)}%` }}
          />
        );
      })}
    </div>
  );
}
