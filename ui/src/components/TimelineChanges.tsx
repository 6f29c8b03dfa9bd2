import { useTranslation } from 'react-i18next';
import { middle } from '../app/image';
import { isStart, markLabel, markState, markWeight } from '../app/marks';
import { labelsWithRoom, shareOf, type View } from '../app/timeline';
import type { Mark } from '../ipc';
import styles from './TimelineChanges.module.css';

/** How wide a letter of a label is, and how much stands around it, in pixels. */
const LETTER = 7.3;
const ROOM = 9;
const LONGEST = 26;

/** What changed, as marks; with a label where there is room for one. */
export function TimelineChanges({ marks: all, view, width }: { marks: Mark[]; view: View; width: number }) {
  const { t } = useTranslation();
  const marks = all.filter((mark) => !isStart(mark));
  const labels = marks.map((mark) => middle(markLabel(mark, t), LONGEST));
  const sides = labelsWithRoom(
    marks.map((mark, at) => ({
      at: Date.parse(mark.at),
      length: (labels[at]?.length ?? 0) * LETTER + ROOM,
      weight: markWeight(mark),
    })),
    view,
    width,
  );
  return (
    <div className={styles.marks} aria-hidden="true">
      {marks.map((mark, at) => {
        const [from, to] = [Date.parse(mark.at), mark.ends === null ? null : Date.parse(mark.ends)];
        const left = shareOf(view, from) * 100;
        if (left < 0 || left > 100) return null;
        const long = to === null ? 0 : (shareOf(view, to) - shareOf(view, from)) * 100;
        const side = sides[at];
        return (
          <span
            key={`${mark.at} ${String(at)}`}
            className={`${styles.mark ?? ''} ${styles[markState(mark)] ?? ''}`}
            data-kind={mark.what.kind}
            style={{ left: `${String(left)}%`, width: `${String(Math.min(long, 100 - left))}%` }}
          >
            {side && (
              <span className={styles.label} data-side={side}>
                {labels[at]}
              </span>
            )}
          </span>
        );
      })}
    </div>
  );
}
