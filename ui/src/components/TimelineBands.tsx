import { useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { bandSays, bandsOf, fullOf, type Band } from '../app/bands';
import { healthState } from '../app/state';
import { bars, DRAWN, lineThrough, momentAt, shareOf, ticksOf } from '../app/timeline';
import type { Course } from '../hooks/useTimeline';
import { useTimelineKeys } from '../hooks/useTimelineKeys';
import { useWidth } from '../hooks/useWidth';
import { timeOfDay } from '../i18n/format';
import type { Timeline } from '../ipc';
import { HealthSpans } from './HealthSpans';
import styles from './TimelineBands.module.css';
import { TimelineChanges } from './TimelineChanges';
import { momentWords } from './timelineWords';

/** As many pixels away a mark is still meant. */
const NEAR = 6;
/** As many pixels the pointer moves before a span is drawn. */
const DRAG = 4;

type Props = {
  course: Course;
  line: Timeline;
  /** Whether what was measured is drawn here too. */
  measured: boolean;
};

/** Bands over one axis. What is pointed at is read in all of them; a span that is drawn is picked. */
export function TimelineBands({ course, line, measured }: Props) {
  const { t } = useTranslation();
  const { view, cursor, picked, point, pick, zoom } = course;
  const [place, width] = useWidth<HTMLDivElement>();
  const bands = measured ? bandsOf(line, t) : [];
  const moments = line.moments.map((each) => Date.parse(each));
  const keys = useTimelineKeys(course, moments, place);
  const drag = useRef<{ x: number; at: number; moved: boolean } | null>(null);
  const now = Date.parse(line.to);
  const health = line.health.findLast(({ from }) => Date.parse(from) <= (cursor ?? now));
  const percent = (at: number) => `${String(shareOf(view, at) * 100)}%`;
  const momentOf = (x: number) => momentAt(view, x / Math.max(width, 1));
  const near = (x: number) =>
    moments.find((at) => Math.abs(shareOf(view, at) * width - x) <= NEAR) ?? momentOf(x);
  const xOf = (event: React.PointerEvent) => event.clientX - event.currentTarget.getBoundingClientRect().left;
  const state = health ? healthState(health.status) : 'unknown';
  const ticks = ticksOf(view, width);
  return (
    <div className={styles.bands} data-measured={measured}>
      <span className={styles.label}>{t('timeline.health')}</span>
      <div className={styles.plot}>
        <HealthSpans spans={line.health} view={view} />
      </div>
      <span className={styles.value}>{state === 'unknown' ? health?.status : t(`state.${state}`)}</span>
      <span className={styles.label}>{t('timeline.changes')}</span>
      <div className={styles.plot}>
        <TimelineChanges marks={line.marks} view={view} width={width} />
      </div>
      <span className={styles.value} />
      {bands.map((band) => (
        <BandRow key={band.key} band={band} line={line} course={course} />
      ))}
      <span />
      <div className={styles.axis} aria-hidden="true">
        {ticks.map((tick, at) => (
          <span key={tick} style={{ left: percent(tick) }}>
            {timeOfDay(new Date(tick).toISOString(), ticks[at - 1] ?? now)}
          </span>
        ))}
      </div>
      <div
        ref={place}
        className={styles.over}
        role="slider"
        tabIndex={0}
        aria-label={t('timeline.slider')}
        aria-valuemin={view.from}
        aria-valuemax={view.to}
        aria-valuenow={cursor ?? view.to}
        aria-valuetext={momentWords(line, cursor, bands, t)}
        onKeyDown={keys}
        onPointerDown={(event) => {
          if (event.button !== 0) return;
          const x = xOf(event);
          event.currentTarget.setPointerCapture(event.pointerId);
          drag.current = { x, at: near(x), moved: false };
        }}
        onPointerMove={(event) => {
          const x = xOf(event);
          point(near(x));
          const begun = drag.current;
          if (!begun || (!begun.moved && Math.abs(x - begun.x) < DRAG)) return;
          begun.moved = true;
          const other = momentOf(x);
          const to = Math.max(begun.at, other);
          // What is drawn to the very end goes on with now.
          pick({ from: Math.min(begun.at, other), to: x >= width - 1 && view.to >= now ? null : to });
        }}
        onPointerUp={(event) => {
          const begun = drag.current;
          drag.current = null;
          if (!begun || begun.moved) return;
          const at = near(xOf(event));
          if (moments.includes(at)) pick({ from: at, to: moments.find((each) => each > at) ?? null });
          else if (picked !== null) pick(null);
        }}
        onPointerCancel={() => {
          drag.current = null;
        }}
        onPointerLeave={() => {
          if (!drag.current) point(null);
        }}
        onBlur={() => {
          point(null);
        }}
        onDoubleClick={(event) => {
          zoom(momentOf(event.clientX - event.currentTarget.getBoundingClientRect().left), 0.5);
        }}
      >
        {picked !== null && picked.from < view.to && (picked.to ?? now) > view.from && (
          <span
            className={styles.picked}
            style={{
              left: percent(Math.max(picked.from, view.from)),
              right: `calc(100% - ${percent(Math.min(picked.to ?? view.to, view.to))})`,
            }}
          />
        )}
        {cursor !== null && cursor >= view.from && cursor <= view.to && (
          <span className={styles.cursor} style={{ left: percent(cursor) }} />
        )}
      </div>
    </div>
  );
}

function BandRow({ band, line, course }: { band: Band; line: Timeline; course: Course }) {
  const { view, cursor } = course;
  const { times } = line;
  const step = line.step ?? 1;
  const full = fullOf(band);
  return (
    <>
      <span className={styles.label}>{band.label}</span>
      <div className={styles.plot}>
        <svg
          className={styles.drawn}
          viewBox={`0 0 ${String(DRAWN.width)} ${String(DRAWN.height)}`}
          preserveAspectRatio="none"
          aria-hidden="true"
        >
          {band.counted
            ? band.series.map(({ name, values }) => (
                <path key={name} className={styles.bars} d={bars(values, times, step, view, full)} />
              ))
            : band.series.map(({ name, values }, at) => {
                const { line: path, area } = lineThrough(values, times, step, view, full);
                const isUpper = at === band.series.length - 1;
                return (
                  <g key={name}>
                    {isUpper && <path className={styles.area} d={area} />}
                    <path className={isUpper ? styles.line : styles.lower} d={path} />
                  </g>
                );
              })}
        </svg>
      </div>
      <span className={styles.value}>{bandSays(band, line, cursor)}</span>
    </>
  );
}
