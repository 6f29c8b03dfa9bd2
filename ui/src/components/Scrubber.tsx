import { useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { momentAt, shareOf, stepFrom, type View } from '../app/timeline';
import { useNow } from '../hooks/useNow';
import { exactTime, timeOfDay } from '../i18n/format';
import { momentWords } from '../i18n/moment';
import type { Observed } from '../ipc';
import styles from './Scrubber.module.css';

/** As many pixels away a mark is still meant. */
const NEAR = 5;

type Props = {
  observed: Observed;
  at: string | null;
  show: (at: string | null) => void;
  /** Told when somebody is at it. */
  onFocus: () => void;
};

/** The time that is known, with its first and its last at the ends. */
export function Scrubber(props: Props) {
  const { t } = useTranslation();
  const now = useNow(10);
  const { from } = props.observed;
  if (from === null) return <p className={styles.nothing}>{t('past.nothingYet')}</p>;
  const last = new Date(now).toISOString();
  return (
    <>
      <Slider {...props} from={from} />
      <p className={styles.ends}>
        <time dateTime={from} title={exactTime(from)}>
          {momentWords(from, now)}
        </time>
        <time dateTime={last} title={exactTime(last)}>
          {t('past.nowAt', { time: timeOfDay(last, now) })}
        </time>
      </p>
    </>
  );
}

/** The time itself, slim: what was observed, when something changed, and which time is shown. */
function Slider({ observed, from, at, show, onFocus }: Props & { from: string }) {
  const { t } = useTranslation();
  const now = useNow(10);
  const dragged = useRef(false);
  const view: View = { from: Date.parse(from), to: Math.max(now, Date.parse(from) + 1000) };
  const shown = at === null ? null : Date.parse(at);
  const marks = observed.marks.map((each) => Date.parse(each));
  const percent = (time: number) => `${String(Math.min(Math.max(shareOf(view, time), 0), 1) * 100)}%`;
  const showMoment = (time: number) => {
    show(time >= view.to ? null : new Date(time).toISOString());
  };
  const pointed = (event: React.PointerEvent) => {
    const { left, width } = event.currentTarget.getBoundingClientRect();
    const x = event.clientX - left;
    const near = marks.find((mark) => Math.abs(shareOf(view, mark) * width - x) <= NEAR);
    showMoment(near ?? momentAt(view, x / Math.max(width, 1)));
  };
  const step = (by: 1 | -1, isAlong: boolean) => {
    const here = shown ?? view.to;
    const next = isAlong ? momentAt(view, shareOf(view, here) + by * 0.02) : stepFrom(marks, here, by);
    if (next !== null) showMoment(next);
    // After the last change comes now.
    else if (by > 0) show(null);
  };
  return (
    <div
      className={styles.scrubber}
      role="slider"
      tabIndex={0}
      aria-label={t('past.slider')}
      aria-valuemin={view.from}
      aria-valuemax={view.to}
      aria-valuenow={shown ?? view.to}
      aria-valuetext={at === null ? t('past.now') : momentWords(at, now)}
      onFocus={onFocus}
      onKeyDown={(event) => {
        if (event.ctrlKey || event.metaKey || event.altKey) return;
        if (event.key === 'ArrowLeft') step(-1, event.shiftKey);
        else if (event.key === 'ArrowRight') step(1, event.shiftKey);
        else if (event.key === 'Home') showMoment(marks[0] ?? view.from);
        else if (event.key === 'End') show(null);
        else return;
        event.preventDefault();
        event.stopPropagation();
      }}
      onPointerDown={(event) => {
        if (event.button !== 0) return;
        dragged.current = true;
        event.currentTarget.setPointerCapture(event.pointerId);
        pointed(event);
      }}
      onPointerMove={(event) => {
        if (dragged.current) pointed(event);
      }}
      onPointerUp={() => {
        dragged.current = false;
      }}
      onPointerCancel={() => {
        dragged.current = false;
      }}
    >
      {observed.spans.map((span) => (
        <span
          key={span.from}
          className={styles.span}
          style={{
            left: percent(Date.parse(span.from)),
            right: `calc(100% - ${percent(Date.parse(span.to))})`,
          }}
        />
      ))}
      <svg className={styles.marks} viewBox="0 0 1000 8" preserveAspectRatio="none" aria-hidden="true">
        <path d={marks.map((mark) => `M${(shareOf(view, mark) * 1000).toFixed(1)} 0v8`).join('')} />
      </svg>
      {shown !== null && <span className={styles.shown} style={{ left: percent(shown) }} />}
    </div>
  );
}
